import type { Option } from '../option.js';

/** Options for how the command runs. */
export const RUN_OPTIONS: readonly Option[] = [
  {
    name: 'user',
    value: 'NAME',
    group: 'Run',
    description: 'Run as NAME|UID[:GID]; under sudo, the caller by default',
  },
  {
    name: 'wait',
    value: 'WHAT',
    choices: ['tree', 'command'],
    group: 'Run',
    description: 'Wait for all descendants (tree, default), or end what outlives the command',
  },
  {
    name: 'runs',
    value: 'N',
    group: 'Run',
    description: 'Run the command N times, and report how far the runs differ',
  },
  { name: 'warmup', value: 'N', group: 'Run', description: 'Runs before the first that counts' },
  {
    name: 'prepare',
    value: 'SHELL',
    group: 'Run',
    description: 'A shell line before each run, not metered: rm -rf node_modules',
  },
  {
    name: 'judge',
    value: 'WHICH',
    choices: ['worst', 'median'],
    group: 'Run',
    description: 'The run that the budget judges: the worst (default) or the median',
  },
  { name: 'grace', value: 'TIME', group: 'Run', description: 'Between SIGTERM and SIGKILL (default 5s)' },
  { name: 'linger', value: 'TIME', group: 'Run', description: 'Wait this long for bytes in flight (default 2s)' },
  { name: 'interval', value: 'TIME', group: 'Run', description: 'Interval between samples (default 1s)' },
];
