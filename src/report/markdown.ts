import type { Measurement } from '../measurement/measurement.js';
import { commandLine } from './command-line.js';
import { code, markdownCell } from './escaping/escape-markdown.js';
import { exact } from './format-octets.js';
import { headline } from './phrases/headline.js';
import type { Table } from './tables/table.js';
import { tablesOf } from './tables/tables.js';

/** How {@link renderMarkdown} writes. */
export type MarkdownOptions = {
  /** A table longer than this is cut, and says so; all rows by default. */
  readonly maxRows?: number;
};

const HEADING_WIDTH = 100;

/** The report in GitHub's and GitLab's Markdown. */
export function renderMarkdown(measurement: Measurement, { maxRows = Number.POSITIVE_INFINITY }: MarkdownOptions = {}) {
  const verdict = headline(measurement);
  // A heading is no table cell: a backslash before `|` would be shown.
  const command = code(commandLine(measurement.command.argv, HEADING_WIDTH)).replaceAll(String.raw`\|`, '|');
  const heading = `### netmeter: ${command}${verdict === undefined ? '' : `: ${verdict}`}`;
  return `${[heading, ...tablesOf(measurement).map((table) => section(table, maxRows))].join('\n\n')}\n`;
}

function section(table: Table, maxRows: number): string {
  const text = tableText(table, maxRows);
  // GitHub and GitLab take Markdown within HTML where an empty line parts the two.
  if (table.folded) return `<details><summary>${table.title}</summary>\n\n${text}\n\n</details>`;
  return `**${table.title}**\n\n${text}`;
}

function tableText({ columns, rows }: Table, maxRows: number): string {
  const shown = rows.slice(0, maxRows);
  const lines = [
    columns.map(({ name }) => name),
    columns.map(({ align }) => (align === 'left' ? ':--' : '--:')),
    ...shown.map((cells) => cells.map(markdownCell)),
  ].map((cells) => `| ${cells.join(' | ')} |`);
  const left = rows.length - shown.length;
  if (left > 0) lines.push('', `${exact(left)} more rows: the JSON report has them all.`);
  return lines.join('\n');
}
