import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apportion } from '../../../src/attribution/remotes/apportion.js';

test.each([
  [10, [1, 1], [5, 5]],
  [10, [1, 2], [3, 7]],
  [1, [1, 1, 1], [1, 0, 0]],
  [0, [3, 4], [0, 0]],
  [7, [0, 5, 0], [0, 7, 0]],
])('%d among %j is %j', (total, weights, shares) => {
  expect(apportion(total, weights)).toEqual(shares);
});

test('the shares are whole, sum up, and are off by less than one', () => {
  const weights = fc.array(fc.nat(1e9), { minLength: 1, maxLength: 50 }).filter((all) => all.some((each) => each > 0));
  fc.assert(
    fc.property(fc.nat(1e9), weights, (total, weights) => {
      const shares = apportion(total, weights);
      const sum = weights.reduce((all, each) => all + each, 0);
      expect(shares.reduce((all, each) => all + each, 0)).toBe(total);
      for (const [index, share] of shares.entries()) {
        expect(Number.isInteger(share)).toBe(true);
        expect(Math.abs(share - (total * (weights[index] ?? 0)) / sum)).toBeLessThan(1 + 1e-6);
      }
    }),
  );
});
