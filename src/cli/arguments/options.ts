import { type Level, LIMIT_OPTIONS } from './limit-options.js';

/** One option of the command line: this table feeds the parser, the help and the shell completions. */
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

export const OPTIONS: readonly Option[] = [
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
  { name: 'kill', group: 'Budget', description: 'End the command as soon as a sample shows the breach' },
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
  {
    name: 'report',
    value: 'FILE',
    repeatable: true,
    file: true,
    group: 'Report',
    description: 'Write a report: .json, .txt, .md, .html, .csv, .prom or .junit.xml; - is JSON on stdout',
  },
  {
    name: 'ci',
    value: 'SYSTEM',
    choices: ['auto', 'github', 'gitlab', 'none'],
    group: 'Report',
    description: 'Tell the CI system too: auto (default), github (summary, annotations, outputs), gitlab or none',
  },
  {
    name: 'by',
    value: 'WHAT',
    repeatable: true,
    choices: ['process', 'remote', 'none'],
    group: 'Report',
    description: 'Tables of the summary: remote (default), process beside it, or none',
  },
  {
    name: 'reverse-dns',
    group: 'Report',
    description: 'Ask the reverse zones for remotes whose name the command did not look up',
  },
  {
    name: 'redact',
    group: 'Report',
    description: 'Hide arguments and host names in the summary and the reports',
  },
  { name: 'quiet', alias: 'q', group: 'Report', description: 'No summary; only errors and broken budgets' },
  {
    name: 'isolation',
    value: 'KIND',
    choices: ['auto', 'veth', 'user-mode', 'host', 'join', 'offline'],
    group: 'Where',
    description: 'auto (the most exact that works), veth, user-mode, host, join or offline',
  },
  {
    name: 'in-place',
    group: 'Where',
    description: 'Where the command would run without netmeter: short for --isolation host',
  },
  {
    name: 'netns',
    value: 'NAME',
    group: 'Where',
    description: 'Join a network namespace that is there: a name of ip netns, or a path',
  },
  {
    name: 'baseline-idle',
    value: 'TIME',
    group: 'Where',
    description: 'Watch a shared namespace this long before and after (default 1s if a socket is open)',
  },
  {
    name: 'host-port',
    value: 'PORT',
    repeatable: true,
    group: 'Where',
    description: 'Offer a loopback port of the host at 127.0.0.1 inside: 5432, 8000-8010, 53/udp',
  },
  {
    name: 'publish',
    alias: 'p',
    value: 'PORTS',
    repeatable: true,
    group: 'Where',
    description: 'Lead [ADDR:]HOST:INNER[/udp] of this machine to a port of the command',
  },
  {
    name: 'rate-limit',
    value: 'RATE',
    group: 'Where',
    description: 'Let no more pass a second, each way: 10MB/s',
  },
  {
    name: 'allow',
    value: 'DEST',
    repeatable: true,
    group: 'Where',
    description: 'Let the command reach this alone: a name, *.name, address or network (CIDR)',
  },
  {
    name: 'deny',
    value: 'DEST',
    repeatable: true,
    group: 'Where',
    description: 'Refuse the command this, even if it is allowed',
  },
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
  { name: 'runs', value: 'N', group: 'Run', description: 'Run the command N times, and tell how far the runs differ' },
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
  { name: 'interval', value: 'TIME', group: 'Run', description: 'Distance of the samples (default 1s)' },
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

/** The option that a word names: `--name`, `--name=value`, `-x`. */
export function findOption(word: string): Option | undefined {
  const long = /^--([^=]+)/.exec(word)?.[1];
  if (long !== undefined) return OPTIONS.find((option) => option.name === long);
  const short = /^-([^-])$/.exec(word)?.[1];
  return short === undefined ? undefined : OPTIONS.find((option) => option.alias === short);
}

/** The words that an option is given by: `--quiet`, `-q`. */
export const optionWords = ({ name, alias }: Option) => [`--${name}`, ...(alias ? [`-${alias}`] : [])];
