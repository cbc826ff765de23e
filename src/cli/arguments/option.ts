/** One option of the command line: the table of them feeds the parser, the help and the shell completions. */
export type Option = {
  readonly name: string;
  readonly alias?: string;
  /** What follows the option, as the help shows it; absent for a switch. */
  readonly value?: string;
  readonly repeatable?: true;
  readonly choices?: readonly string[];
  /** The value is a file, for completion. */
  readonly file?: true;
  readonly group: 'Budget' | 'Report' | 'Where' | 'Run' | 'Other';
  readonly description: string;
};
