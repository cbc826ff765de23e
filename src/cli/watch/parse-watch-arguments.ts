import { parseArgs } from 'node:util';
import { type Milliseconds, milliseconds } from '../../units.js';
import { nearestName } from '../arguments/nearest-option.js';
import { ofOption } from '../arguments/of-option.js';
import { usage } from '../arguments/usage-error.js';
import { parseDuration } from '../arguments/values/parse-duration.js';

export type WatchOptions = {
  readonly interval: Milliseconds;
  readonly out?: string;
  /** The control group that is watched, instead of the machine. */
  readonly cgroup?: string;
  readonly for?: Milliseconds;
  readonly quiet: boolean;
};

export type ParsedWatch =
  | { readonly kind: 'watch'; readonly options: WatchOptions }
  | { readonly kind: 'report'; readonly path: string; readonly json: boolean }
  | { readonly kind: 'help' };

const OPTIONS = {
  interval: { type: 'string' },
  out: { type: 'string' },
  cgroup: { type: 'string' },
  for: { type: 'string' },
  report: { type: 'string' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Name = keyof typeof OPTIONS;
type Given = ReadonlyMap<Name, string>;

const CURE = "Try 'netmeter watch --help'.";
const DEFAULT_INTERVAL = milliseconds(60_000);

/** Parses the words behind `netmeter watch`. @throws {NetmeterError} USAGE */
export function parseWatchArguments(words: readonly string[]): ParsedWatch {
  const given = readWords(words);
  if (given.has('help')) return { kind: 'help' };
  const path = given.get('report');
  if (path !== undefined) return { kind: 'report', path, json: reportsJson(given) };
  if (given.has('json'))
    throw usage('--json needs --report FILE', 'A file of --out has a line of JSON for each sample.');
  const interval = time('interval', given) ?? DEFAULT_INTERVAL;
  if (interval === 0) throw usage('--interval cannot be 0', 'For one sample say --for 0.');
  const [out, cgroup, forMs] = [given.get('out'), given.get('cgroup'), time('for', given)];
  return {
    kind: 'watch',
    options: {
      interval,
      quiet: given.has('quiet'),
      ...(out !== undefined && { out }),
      ...(cgroup !== undefined && { cgroup }),
      ...(forMs !== undefined && { for: forMs }),
    },
  };
}

function reportsJson(given: Given): boolean {
  const other = (['interval', 'out', 'cgroup', 'for', 'quiet'] as const).find((name) => given.has(name));
  if (other) throw usage(`--${other} is for watching, --report reads a file`, 'Give one of them.');
  return given.has('json');
}

const time = (name: 'interval' | 'for', given: Given) => {
  const text = given.get(name);
  return text === undefined ? undefined : ofOption(name, parseDuration)(text);
};

/** Our own messages, not the parser's: they name the cure. */
function readWords(words: readonly string[]): Given {
  const { tokens } = parseArgs({ args: [...words], options: OPTIONS, strict: false, tokens: true });
  const given = new Map<Name, string>();
  for (const token of tokens) {
    if (token.kind === 'positional')
      throw usage(
        `watch takes no command: '${token.value}'`,
        'It meters this machine. A program of the name watch is metered by: netmeter -- watch ...',
      );
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    if (!isName(name)) throw unknownOption(rawName);
    if (given.has(name)) throw usage(`--${name} was given 2 times`, 'Give it once.');
    given.set(name, checkedValue(name, value));
  }
  return given;
}

function checkedValue(name: Name, value: string | undefined): string {
  if (OPTIONS[name].type === 'boolean') {
    if (value !== undefined) throw usage(`--${name} takes no value`, CURE);
    return '';
  }
  if (!value || /^-./.test(value)) throw usage(`--${name} needs a value`, CURE);
  return value;
}

const isName = (name: string): name is Name => Object.hasOwn(OPTIONS, name);

function unknownOption(word: string) {
  const nearest = nearestName(word, Object.keys(OPTIONS));
  return usage(`unknown option ${word}${nearest ? `; did you mean ${nearest}?` : ''}`, CURE);
}
