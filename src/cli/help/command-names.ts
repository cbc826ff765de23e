/** netmeter's own commands, which only the first word can be, and what each does. */
export const COMMAND_NAMES = {
  attach: 'Meter a running process, or a control group',
  budget: 'Suggest a budget from reports',
  compare: 'Compare two reports',
  doctor: 'Show which isolations work here',
  help: 'Show the help of one of these commands',
  watch: 'Watch the whole machine',
} as const;

export type CommandName = keyof typeof COMMAND_NAMES;
