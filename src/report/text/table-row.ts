import type { InOut } from '../../measurement/traffic.js';
import { rounded } from '../format-octets.js';
import { INDENT, LABEL_WIDTH } from './rows.js';

export type TableRow = { readonly name: string; readonly octets: InOut<number | null>; readonly note?: string };

/** Figures begin behind a name of this width. */
const NAME_WIDTH = 28;

/** A line of a table: a name, both directions and a note. A name that is too long has a line of its own, and stays whole. */
export function tableRow(label: string, { name, octets, note = '' }: TableRow): string {
  const figures = `${rounded(octets.in).padStart(8)} in ${rounded(octets.out).padStart(8)} out  ${note}`.trimEnd();
  const head = `  ${label.padEnd(LABEL_WIDTH)} `;
  return name.length <= NAME_WIDTH
    ? `${head}${name.padEnd(NAME_WIDTH)} ${figures}`
    : `${head}${name}\n${INDENT}${' '.repeat(NAME_WIDTH)} ${figures}`;
}
