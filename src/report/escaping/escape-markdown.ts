import { verdictText } from '../phrases/limit-text.js';
import type { Cell } from '../tables/table.js';
import { visible } from '../visible.js';

/** A cell of a table on GitHub and GitLab: no text can end the cell, become markup, a link or HTML. */
export function markdownCell(cell: Cell): string {
  if (typeof cell === 'string') return prose(visible(cell));
  return 'foreign' in cell ? code(cell.foreign) : verdictText(cell.verdict);
}

/** What GFM, its automatic links and GitHub's formulas take for markup; other marks mean nothing within a line. */
const MARKUP = /[\\`*_[\]<>&|~$@]|:(?=\/)|(?<=www)\./gi;

const prose = (text: string) => text.replaceAll(MARKUP, String.raw`\$&`);

/**
 * A code span that holds the text as it is. Only `|` ends a cell within one, and only there it takes a backslash (GFM
 * 4.10); the fence is longer than any run of backticks inside, and where the text touches it a space is taken off again.
 */
export function code(text: string): string {
  const shown = visible(text);
  if (shown.trim() === '') return '';
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padding = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${padding}${shown.replaceAll('|', String.raw`\|`)}${padding}${fence}`;
}
