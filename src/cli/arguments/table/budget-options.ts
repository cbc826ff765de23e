import { type Level, LIMIT_OPTIONS } from '../limit-options.js';
import type { Option } from '../option.js';

const limitOptions = (level: Level) =>
  LIMIT_OPTIONS.map(
    ({ name, value, description }): Option => ({
      name: `${level}-${name}`,
      value,
      ...(value.includes('=') && { repeatable: true }),
      group: 'Budget',
      description: level === 'max' ? description : `Warn as --max-${name} fails`,
    }),
  );

/** Options for what a run may use, and what happens beyond it. */
export const BUDGET_OPTIONS: readonly Option[] = [
  ...limitOptions('max'),
  ...limitOptions('warn'),
  {
    name: 'budget',
    value: 'NAME',
    group: 'Budget',
    description: 'Take the budget of this name from the configuration',
  },
  {
    name: 'config',
    value: 'FILE',
    file: true,
    group: 'Budget',
    description: 'Configuration; by default the nearest netmeter.config.json, .js, .ts, or package.json',
  },
  { name: 'no-config', group: 'Budget', description: 'Look for no configuration' },
  {
    name: 'baseline',
    value: 'FILE',
    file: true,
    group: 'Budget',
    description: 'Fail when more is used than in this earlier report of the same command',
  },
  {
    name: 'max-increase',
    value: 'SHARE',
    group: 'Budget',
    description: 'Allowed above the baseline (default 10%), in, out, total and with each remote',
  },
  {
    name: 'min-increase',
    value: 'SIZE',
    group: 'Budget',
    description: 'Never fail for an increase up to this (default 1MB)',
  },
  {
    name: 'save-baseline',
    value: 'FILE',
    file: true,
    group: 'Budget',
    description: 'Write the report as a baseline when all went well',
  },
  {
    name: 'kill',
    group: 'Budget',
    description: 'End the command at the first sample beyond a limit, up to one --interval late',
  },
  {
    name: 'enforce',
    group: 'Budget',
    description: 'Have the kernel refuse all that is beyond the limits, and end the command',
  },
  {
    name: 'ignore-bypasses',
    group: 'Budget',
    description: 'Judge limits although the command had ways to a network that no counter sees',
  },
  { name: 'budget-exit-code', value: 'N', group: 'Budget', description: 'Exit code of a broken budget (default 120)' },
];
