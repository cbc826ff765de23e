import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDev } from '../../src/counters/dev.js';
import { parseNetstat } from '../../src/counters/netstat.js';
import { parseSnmp } from '../../src/counters/snmp.js';
import { parseSnmp6 } from '../../src/counters/snmp6.js';
import { parseSockstat } from '../../src/counters/sockstat.js';
import { NetmeterError } from '../../src/errors.js';
import { fixture } from './fixture.js';

const parsers = {
  netstat: parseNetstat,
  snmp: parseSnmp,
  snmp6: parseSnmp6,
  dev: parseDev,
  sockstat: parseSockstat,
  sockstat6: (text: string) => parseSockstat(text, 'sockstat6'),
} as const;
const each = Object.entries(parsers);
type Parse = (text: string) => Readonly<Record<string, unknown>>;

function refusal(parse: Parse, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    return error;
  }
}

test.each(each)('an empty %s is malformed', (file, parse) => {
  expect(refusal(parse, '')).toMatchObject({
    code: 'MALFORMED_KERNEL_FILE',
    message: `/proc/net/${file}, line 1: it is empty`,
  });
});

test.each([
  ['netstat-fewer-values', 4],
  ['netstat-more-values', 4],
  ['netstat-not-a-number', 4],
  ['netstat-names-alone', 4],
  ['netstat-no-values', 4],
  ['netstat-other-group', 4],
  ['netstat-no-group', 3],
  ['netstat-blank-line', 3],
  ['netstat-cut-number', 4],
  ['snmp6-no-value', 2],
  ['snmp6-not-a-number', 2],
  ['snmp6-three-cells', 2],
  ['snmp6-cut-number', 2],
  ['dev-no-header', 2],
  ['dev-header-alone', 3],
  ['dev-empty-header', 2],
  ['dev-fewer-values', 4],
  ['dev-not-a-number', 4],
  ['dev-no-colon', 4],
  ['dev-no-name', 4],
  ['dev-cut-number', 3],
  ['sockstat-odd-cells', 2],
  ['sockstat-not-a-number', 2],
  ['sockstat-no-protocol', 2],
  ['sockstat-cut-number', 2],
] as const)('%s: the error names the file and line %i', (name, line) => {
  const file = name.split('-')[0] as keyof typeof parsers;
  const error = refusal(parsers[file], fixture(`synthetic-malformed/${name}`));
  expect(error).toBeInstanceOf(NetmeterError);
  expect(error).toMatchObject({
    code: 'MALFORMED_KERNEL_FILE',
    message: expect.stringContaining(`/proc/net/${file}, line ${line}: `),
  });
});

test.each(['  |bytes', 'bytes|  ', '|'])('net/dev whose header is %j lacks the columns of a direction', (columns) => {
  expect(refusal(parseDev, `Inter-|\n face |${columns}\n lo: 1 2\n`)).toMatchObject({
    message: expect.stringContaining('/proc/net/dev, line 2: no "face'),
  });
});

test.each(['UDP6: inuse\n', 'UDP6: inuse x\n'])('sockstat6 is named, not sockstat: %j', (line) => {
  expect(refusal(parsers.sockstat6, `TCP6: inuse 0\n${line}`)).toMatchObject({
    message: expect.stringContaining('/proc/net/sockstat6, line 2: '),
  });
});

test.each(each)('%s cut off anywhere is refused or gives the same numbers, never others', (file, parse) => {
  const text = fixture(`linux-6.18-after-loopback-traffic/${file}`);
  const whole = parse(text);
  for (let length = 0; length < text.length; length++) {
    const cut = refusal(parse, text.slice(0, length));
    if (cut instanceof NetmeterError) continue;
    expect(text[length - 1]).toBe('\n');
    expect(whole).toMatchObject({ ...(cut as object) });
  }
});

test.each(each)('%s with a damaged place parses or is refused, and nothing else', (file, parse) => {
  const text = fixture(`linux-6.18-after-loopback-traffic/${file}`);
  const place = fc.record({ at: fc.nat(text.length), gone: fc.nat(80), put: fc.string({ unit: 'binary' }) });
  fc.assert(
    fc.property(place, ({ at, gone, put }) => {
      const result = refusal(parse, text.slice(0, at) + put + text.slice(at + gone));
      if (result instanceof Error) expect(result).toBeInstanceOf(NetmeterError);
    }),
    { numRuns: 300 },
  );
});
