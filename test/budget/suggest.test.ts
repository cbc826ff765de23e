import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge } from '../../src/budget/judge.js';
import { parseSize } from '../../src/budget/parse-size.js';
import { readableSize } from '../../src/budget/readable-size.js';
import { suggestLimits } from '../../src/budget/suggest.js';
import { ipOctets } from '../../src/units.js';
import { blind, crawl, estimate, quiet } from '../report/measurements.js';

test.each([
  [0, '0B'],
  [99, '99B'],
  [100, '100B'],
  [101, '110B'],
  [1000, '1kB'],
  [1001, '1.1kB'],
  [99_999, '100kB'],
  [999_001, '1MB'],
  [1_234_567, '1.3MB'],
  [25_000_000_001, '26GB'],
  [2_000_000_000_000_000, '2000TB'],
])('%i is %s', (octets, text) => {
  expect(readableSize(ipOctets(octets))).toBe(text);
});

test('a readable size is never below its octets, and less than a tenth above', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 50 }), (octets) => {
      const size = parseSize(readableSize(ipOctets(octets)));
      expect(size).toBeGreaterThanOrEqual(octets);
      expect(size).toBeLessThanOrEqual(octets * 1.1);
    }),
  );
});

const run = (incoming: number) => ({
  ...quiet,
  traffic: {
    ...quiet.traffic,
    external: {
      in: { ...quiet.traffic.external.in, wireOctets: ipOctets(incoming) },
      out: quiet.traffic.external.out,
    },
  },
});

test.each([
  [[1000], 0.1, '1.1kB'],
  [[1000, 1050], 0.1, '1.2kB'],
  // The runs differ by more than the slack: by as much the next one may again.
  [[1000, 1500], 0.1, '2kB'],
  [[1000], 0, '1kB'],
  [[0, 0], 0.1, '0B'],
])('from %j with a slack of %d: %s in', (octets, slack, size) => {
  expect(suggestLimits(octets.map(run), slack)).toMatchObject({ in: size, out: '0B', total: size });
});

test('every run keeps the budget that is suggested from it', () => {
  for (const { traffic, method } of [crawl, estimate, quiet]) {
    const limits = suggestLimits([{ ...crawl, traffic, method }], 0);
    const sizes = Object.fromEntries(Object.entries(limits ?? {}).map(([kind, size]) => [kind, parseSize(size)]));
    expect(judge(sizes, { external: traffic.external, method, ended: false })?.verdict).toBe('within');
  }
});

test('nothing is suggested from what is not known', () => {
  expect(suggestLimits([crawl, blind], 0.1)).toBeUndefined();
});
