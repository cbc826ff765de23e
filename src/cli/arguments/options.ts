import type { Option } from './option.js';
import { BUDGET_OPTIONS } from './table/budget-options.js';
import { OTHER_OPTIONS } from './table/other-options.js';
import { REPORT_OPTIONS } from './table/report-options.js';
import { RUN_OPTIONS } from './table/run-options.js';
import { WHERE_OPTIONS } from './table/where-options.js';

/** Every option of a run, in the order of the help. */
export const OPTIONS: readonly Option[] = [
  ...BUDGET_OPTIONS,
  ...REPORT_OPTIONS,
  ...WHERE_OPTIONS,
  ...RUN_OPTIONS,
  ...OTHER_OPTIONS,
];

/** The option that a word names: `--name`, `--name=value`, `-x`. */
export function findOption(word: string): Option | undefined {
  const long = /^--([^=]+)/.exec(word)?.[1];
  if (long !== undefined) return OPTIONS.find((option) => option.name === long);
  const short = /^-([^-])$/.exec(word)?.[1];
  return short === undefined ? undefined : OPTIONS.find((option) => option.alias === short);
}

/** The words that an option is given by: `--quiet`, `-q`. */
export const optionWords = ({ name, alias }: Option) => [`--${name}`, ...(alias ? [`-${alias}`] : [])];
