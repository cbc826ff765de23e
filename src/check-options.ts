import type { Limits } from './budget/limits.js';
import { NetmeterError } from './errors.js';
import type { Asked } from './isolation/choose-isolation.js';
import type { MeasureOptions } from './measure-options.js';
import type { AttachTarget } from './run/attached/open-attached.js';

type Checked = Pick<
  MeasureOptions,
  | 'isolation'
  | 'wait'
  | 'interval'
  | 'linger'
  | 'grace'
  | 'baselineIdle'
  | 'limits'
  | 'warnLimits'
  | 'hostPorts'
  | 'publish'
>;

/**
 * Refuses what a program without types may hand over, and what would be a limit that nothing breaks, or an error far from here.
 * @throws {NetmeterError} USAGE, with what is expected
 */
export function checkOptions(options: Checked): void {
  checkChoice('isolation', options.isolation, Object.keys(ISOLATIONS));
  checkChoice('wait', options.wait, ['tree', 'command']);
  for (const name of ['linger', 'grace', 'baselineIdle'] as const)
    check(name, options[name], isAmount, 'Give it in milliseconds, as a number.');
  check('interval', options.interval, (value) => isAmount(value) && value !== 0, 'Give it in milliseconds, above 0.');
  for (const name of ['hostPorts', 'publish'] as const)
    check(name, options[name], isListOfObjects, 'Give a list of ports, each an object: see its type.');
  checkLimits('limits', options.limits);
  checkLimits('warnLimits', options.warnLimits);
}

/** @throws {NetmeterError} USAGE */
export function checkCommand(argv: readonly string[]): void {
  const cure = "Give the command and each of its arguments as a list of strings: measure(['npm', 'ci']).";
  if (!Array.isArray(argv) || argv.some((word) => typeof word !== 'string'))
    throw new NetmeterError('USAGE', `the command cannot be ${shown(argv)}`, { cure });
  if (argv.length === 0) throw new NetmeterError('USAGE', 'no command was given', { cure });
}

/** @throws {NetmeterError} USAGE */
export function checkTarget(target: AttachTarget): void {
  if (typeof target === 'number' ? Number.isInteger(target) : typeof target?.cgroup === 'string') return;
  throw new NetmeterError('USAGE', `what to attach to cannot be ${shown(target)}`, {
    cure: 'Give the number of a process, or { cgroup: PATH }.',
  });
}

/** Limits that are not numbers would never be exceeded. @throws {NetmeterError} USAGE */
function checkLimits(name: string, limits: Limits | undefined): void {
  check(name, limits, isRecord, 'Give an object: { total: 5_000_000 }.');
  for (const [key, value] of Object.entries(limits ?? {})) {
    if (!Object.hasOwn(LIMITS, key))
      throw new NetmeterError('USAGE', `${name} cannot have '${key}'`, { cure: KEYS_CURE });
    const isNamed = key === 'remotes' || key === 'processes';
    check(`${name}.${key}`, value, isNamed ? isRecordOfAmounts : isAmount, NUMBER_CURE);
  }
}

const NUMBER_CURE = "Give a number; of bytes, parseSize('5MB') makes one.";

const ISOLATIONS: Readonly<Record<Asked, true>> = {
  auto: true,
  veth: true,
  'user-mode': true,
  host: true,
  join: true,
  offline: true,
};

const LIMITS: Readonly<Record<keyof Limits, true>> = {
  in: true,
  out: true,
  total: true,
  rateAverage: true,
  ratePeak: true,
  connections: true,
  dnsQueries: true,
  loopback: true,
  hostLocal: true,
  remotes: true,
  processes: true,
};

const KEYS_CURE = `It can have: ${Object.keys(LIMITS).join(', ')}.`;

function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  check(
    name,
    value,
    (given) => typeof given === 'string' && choices.includes(given),
    `Choose one of: ${choices.join(', ')}.`,
  );
}

function check(name: string, value: unknown, isRight: (value: unknown) => boolean, cure: string): void {
  if (value === undefined || isRight(value)) return;
  throw new NetmeterError('USAGE', `${name} cannot be ${shown(value)}`, { cure });
}

const isAmount = (value: unknown) => typeof value === 'number' && value >= 0;
const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isRecordOfAmounts = (value: unknown) => isRecord(value) && Object.values(value).every(isAmount);
const isListOfObjects = (value: unknown) => Array.isArray(value) && value.every(isRecord);

/** On one line, however long it is. */
const shown = (value: unknown) => {
  if (typeof value === 'string') return `'${value}'`;
  return (typeof value === 'number' ? undefined : JSON.stringify(value)) ?? String(value);
};
