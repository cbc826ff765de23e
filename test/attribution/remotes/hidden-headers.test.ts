import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withHiddenHeaders } from '../../../src/attribution/remotes/hidden-headers.js';
import type { Counted } from '../../../src/attribution/remotes/remote-tally.js';

const count = (changes: Partial<Counted>): Counted => ({ bytes: 0, payload: 0, hiddenHeaders: 0, ...changes });

test('small packets are as they were counted', () => {
  expect(withHiddenHeaders([count({ bytes: 500, payload: 100 }), count({ bytes: 300 })], 800, true)).toEqual([
    500, 300,
  ]);
});

test('what GSO packets hide goes to who must have hidden it', () => {
  const bulk = count({ bytes: 100_000, payload: 99_000, hiddenHeaders: 3500 });
  const small = count({ bytes: 60_000, payload: 50_000 });
  expect(withHiddenHeaders([bulk, small], 163_600, true)).toEqual([103_600, 60_000]);
});

test('where small packets cover the GSO packets up, the payload divides', () => {
  const counts = [count({ bytes: 3000, payload: 3000 }), count({ bytes: 1000, payload: 1000 })];
  expect(withHiddenHeaders(counts, 4200, true)).toEqual([3150, 1050]);
});

test.each([
  ['more than headers can explain', true, 103_500 + 50_000, 3500 * 3],
  ['where the counting came late, more than is certain', false, 103_500 + 2000, 3500],
])('%s is nobody’s', (_, isWhole, wire, added) => {
  const bulk = count({ bytes: 100_000, payload: 99_000, hiddenHeaders: 3500 });
  expect(withHiddenHeaders([bulk], wire, isWhole)).toEqual([100_000 + added]);
});

test('where the wire carried less, it is as it was counted', () => {
  expect(withHiddenHeaders([count({ bytes: 3000, payload: 2900, hiddenHeaders: 40 })], 2000, true)).toEqual([3000]);
});

test('nobody gets less than was counted, and together no more than the wire carried', () => {
  const counted = fc.record({ bytes: fc.nat(1e9), payload: fc.nat(1e9), hiddenHeaders: fc.nat(1e7) });
  fc.assert(
    fc.property(fc.array(counted, { maxLength: 30 }), fc.nat(2e9), fc.boolean(), (counts, wire, isWhole) => {
      const shares = withHiddenHeaders(counts, wire, isWhole);
      for (const [index, each] of counts.entries()) expect(shares[index]).toBeGreaterThanOrEqual(each.bytes);
      const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);
      expect(sum(shares)).toBeLessThanOrEqual(Math.max(wire, sum(counts.map(({ bytes }) => bytes))));
    }),
  );
});
