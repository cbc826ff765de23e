import type { Limits } from '../../budget/limits.js';
import { parseCount, parseNamedSize, parseRate } from '../../budget/parse-limit.js';
import { parseSize } from '../../budget/parse-size.js';
import { ofOption } from './of-option.js';
import type { Values } from './option-values.js';
import { usage } from './usage-error.js';

export type Level = 'max' | 'warn';

type LimitOption = {
  /** Behind `--max-` and `--warn-`. */
  readonly name: string;
  readonly key: keyof Limits;
  readonly value: 'SIZE' | 'RATE' | 'N' | 'PATTERN=SIZE' | 'NAME=SIZE';
  readonly description: string;
};

/** What can be limited by words: this table feeds the options and their parser. */
export const LIMIT_OPTIONS: readonly LimitOption[] = [
  { name: 'in', key: 'in', value: 'SIZE', description: 'Most bytes that may come in' },
  { name: 'out', key: 'out', value: 'SIZE', description: 'Most bytes that may go out' },
  { name: 'total', key: 'total', value: 'SIZE', description: 'Most bytes in both directions' },
  {
    name: 'rate-average',
    key: 'rateAverage',
    value: 'RATE',
    description: 'Highest rate over the whole run (10MB/s), of the busier direction',
  },
  { name: 'rate-peak', key: 'ratePeak', value: 'RATE', description: 'Highest rate in any --interval' },
  { name: 'connections', key: 'connections', value: 'N', description: 'Most TCP connections with the outside' },
  { name: 'dns-queries', key: 'dnsQueries', value: 'N', description: 'Most questions to nameservers' },
  {
    name: 'remote',
    key: 'remotes',
    value: 'PATTERN=SIZE',
    description: 'Most bytes with remotes: *.example.com=50MB, 203.0.113.0/24=0; repeatable',
  },
  {
    name: 'process',
    key: 'processes',
    value: 'NAME=SIZE',
    description: 'Most payload of programs of a name: git=1MB; repeatable',
  },
  { name: 'loopback', key: 'loopback', value: 'SIZE', description: 'Most bytes over loopback, counted once' },
  { name: 'host-local', key: 'hostLocal', value: 'SIZE', description: 'Most bytes with this machine itself' },
];

/** The limits of one level, from the values of its options. @throws {NetmeterError} USAGE */
export function parseLimits(level: Level, values: Values): Limits {
  const limits: Record<string, unknown> = {};
  for (const { name, key, value } of LIMIT_OPTIONS) {
    const texts = values.get(`${level}-${name}`);
    if (texts !== undefined) limits[key] = parseValue(`${level}-${name}`, value, texts);
  }
  return limits;
}

function parseValue(option: string, value: LimitOption['value'], texts: readonly string[]): unknown {
  const [text = ''] = texts;
  switch (value) {
    case 'SIZE':
      return ofOption(option, parseSize)(text);
    case 'RATE':
      return ofOption(option, parseRate)(text);
    case 'N':
      return ofOption(option, parseCount)(text);
    case 'PATTERN=SIZE':
    case 'NAME=SIZE':
      return distinct(option, texts.map(ofOption(option, (each) => parseNamedSize(each, value))));
    default:
      return value satisfies never;
  }
}

function distinct<Size>(option: string, pairs: readonly (readonly [string, Size])[]): Record<string, Size> {
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw usage(`--${option}: '${twice}' has two limits`, 'Give it one.');
  return Object.fromEntries(pairs);
}
