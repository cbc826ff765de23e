import type { Option } from '../option.js';

/** Options for what ends without a run. */
export const OTHER_OPTIONS: readonly Option[] = [
  {
    name: 'completion',
    value: 'SHELL',
    choices: ['bash', 'zsh', 'fish'],
    group: 'Other',
    description: 'Print a completion script',
  },
  { name: 'help', alias: 'h', group: 'Other', description: 'Show this help' },
  { name: 'version', alias: 'V', group: 'Other', description: 'Show the version' },
];
