import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSnmp6 } from '../../src/counters/snmp6.js';
import { fixture } from './fixture.js';

const U64_MAX = 2n ** 64n - 1n;

test('the octets of a real file', () => {
  const counters = parseSnmp6(fixture('linux-6.18-after-loopback-traffic/snmp6'));
  const octets = /^Ip6InOctets\s+(\d+)$/m.exec(fixture('linux-6.18-after-loopback-traffic/snmp6'))?.[1] ?? '';
  expect(counters['Ip6InOctets']).toBe(BigInt(octets));
  expect(counters['Ip6InOctets']).toBeGreaterThan(1_000_000n);
});

test('the largest u64 is kept to the last digit', () => {
  expect({ ...parseSnmp6(fixture('synthetic-u64-max/snmp6')) }).toEqual({
    Ip6InOctets: U64_MAX,
    Ip6OutOctets: U64_MAX,
  });
});

test('a list survives the way through its text', () => {
  const counters = fc.dictionary(fc.stringMatching(/^[A-Z][A-Za-z0-9_]{0,30}$/), fc.bigInt({ min: 0n, max: U64_MAX }), {
    minKeys: 1,
  });
  fc.assert(
    fc.property(counters, (list) => {
      const lines = Object.entries(list).map(([name, value]) => `${name.padEnd(32)}\t${value}\n`);
      expect({ ...parseSnmp6(lines.join('')) }).toEqual(list);
    }),
  );
});
