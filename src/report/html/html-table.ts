import { markup } from '../escaping/escape-markup.js';
import { verdictText } from '../phrases/limit-text.js';
import type { Cell, Column, Table } from '../tables/table.js';

/** A table with its title; a folded one opens without a script. */
export function tableHtml(table: Table): string {
  const title = `<h2>${markup(table.title)}</h2>`;
  if (table.folded) return `<details><summary>${title}</summary>\n${bare(table)}\n</details>`;
  return `<section>\n${title}\n${bare(table)}\n</section>`;
}

/** More columns than this stand below each other on a phone, each cell with its column's name. */
const MOST_SIDE_BY_SIDE = 4;

/** In a frame of its own, which scrolls where even so a page is too narrow, so that the page does not. */
function bare({ columns, rows }: Table): string {
  const isWide = columns.length > MOST_SIDE_BY_SIDE;
  const attributes = (index: number) =>
    `${sideOf(columns[index]?.align)}${isWide && index > 0 ? nameOf(columns[index]) : ''}`;
  const names = columns.map(({ name, align }) => `<th scope="col"${sideOf(align)}>${markup(name)}</th>`);
  const head = columns.some(({ name }) => name !== '') ? `<thead><tr>${names.join('')}</tr></thead>\n` : '';
  const body = rows.map(
    (cells) => `<tr>${cells.map((cell, index) => cellHtml(cell, attributes(index))).join('')}</tr>`,
  );
  return `<div class="table"><table${isWide ? ' class="wide"' : ''}>\n${head}<tbody>\n${body.join('\n')}\n</tbody>\n</table></div>`;
}

const sideOf = (align: 'left' | 'right' | undefined) => (align === 'right' ? ' class="number"' : '');

const nameOf = (column: Column | undefined) => (column ? ` data-name="${markup(column.name)}"` : '');

const cellHtml = (cell: Cell, attributes: string) => `<td${attributes}>${contentHtml(cell)}</td>`;

/** `1 234 567 B` stays together, as in the summary. */
const WITHIN_NUMBER = /(?<=\d) (?=\S)/g;

function contentHtml(cell: Cell): string {
  if (typeof cell === 'string') return markup(cell).replaceAll(WITHIN_NUMBER, '&nbsp;');
  if ('foreign' in cell) return `<code>${markup(cell.foreign)}</code>`;
  return `<span class="verdict ${cell.verdict}">${markup(verdictText(cell.verdict))}</span>`;
}
