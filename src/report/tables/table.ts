import type { Verdict } from '../../measurement/budget.js';

/** A table of a report in no format yet: cells are plain text, which the renderer escapes. */
export type Table = {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Details: folded away where the format can do that. */
  readonly folded?: true;
};

/** Numbers stand at the right, so that their digits stand below each other. */
export type Column = { readonly name: string; readonly align: 'left' | 'right' };

/** Our own words, text of foreign origin (a command, a host, a process), which is shown as such, or a verdict. */
export type Cell = string | { readonly foreign: string } | { readonly verdict: Verdict };

export const left = (name: string): Column => ({ name, align: 'left' });
export const right = (name: string): Column => ({ name, align: 'right' });
