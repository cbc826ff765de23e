import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSockstat } from '../../src/counters/sockstat.js';
import { fixture } from './fixture.js';

test('gauges of a real file, by protocol', () => {
  const { sockets, TCP, FRAG } = parseSockstat(fixture('linux-6.18-after-loopback-traffic/sockstat'));
  expect({ ...sockets }).toEqual({ used: 0n });
  expect({ ...TCP }).toEqual({ inuse: 0n, orphan: 0n, tw: 2n, alloc: 1n, mem: 226n });
  expect({ ...FRAG }).toEqual({ inuse: 0n, memory: 0n });
});

test('a list survives the way through its text', () => {
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,8}$/);
  const value = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const table = fc.dictionary(name, fc.dictionary(name, value, { minKeys: 1 }), { minKeys: 1 });
  fc.assert(
    fc.property(table, (protocols) => {
      const lines = Object.entries(protocols).map(
        ([protocol, gauges]) => `${protocol}: ${Object.entries(gauges).flat().join(' ')}\n`,
      );
      expect({ ...parseSockstat(lines.join('')) }).toEqual(protocols);
    }),
  );
});
