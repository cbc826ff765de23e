import { markup } from './escape-markup.js';
import { verdictText } from './limit-text.js';
import type { Cell, Table } from './table.js';

/** A table with its title; a folded one opens without a script. */
export function tableHtml(table: Table): string {
  const title = `<h2>${markup(table.title)}</h2>`;
  if (table.folded) return `<details><summary>${title}</summary>\n${bare(table)}\n</details>`;
  return `<section>\n${title}\n${bare(table)}\n</section>`;
}

/** In a frame of its own, which scrolls where a phone is too narrow, so that the page does not. */
function bare({ columns, rows }: Table): string {
  const names = columns.map(({ name, align }) => `<th scope="col"${sideOf(align)}>${markup(name)}</th>`);
  const head = columns.some(({ name }) => name !== '') ? `<thead><tr>${names.join('')}</tr></thead>\n` : '';
  const body = rows.map(
    (cells) => `<tr>${cells.map((cell, index) => cellHtml(cell, sideOf(columns[index]?.align))).join('')}</tr>`,
  );
  return `<div class="table"><table>\n${head}<tbody>\n${body.join('\n')}\n</tbody>\n</table></div>`;
}

const sideOf = (align: 'left' | 'right' | undefined) => (align === 'right' ? ' class="number"' : '');

const cellHtml = (cell: Cell, attributes: string) => `<td${attributes}>${contentHtml(cell)}</td>`;

/** `1 234 567 B` stays together, as in the summary. */
const WITHIN_NUMBER = /(?<=\d) (?=\S)/g;

function contentHtml(cell: Cell): string {
  if (typeof cell === 'string') return markup(cell).replaceAll(WITHIN_NUMBER, '&nbsp;');
  if ('foreign' in cell) return `<code>${markup(cell.foreign)}</code>`;
  return `<span class="verdict ${cell.verdict}">${markup(verdictText(cell.verdict))}</span>`;
}
