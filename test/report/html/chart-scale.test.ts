import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scaleTo, timeScale } from '../../../src/report/html/chart-scale.js';

test.each([
  [0, [0, 1]],
  [1, [0, 0.5, 1]],
  [4, [0, 1, 2, 3, 4]],
  [5, [0, 2, 4, 6]],
  [48_234_117, [0, 20_000_000, 40_000_000, 60_000_000]],
  [0.3, [0, 0.1, 0.2, 0.3]],
  [9e15, [0, 5e15, 1e16]],
])('an axis to %d', (highest, ticks) => {
  const scale = scaleTo(highest);
  expect(scale.ticks.map((tick) => Number(tick.toPrecision(12)))).toEqual(ticks);
  expect(scale.top).toBe(scale.ticks.at(-1));
});

test('every axis holds its values, with a few ticks at equal distances', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 2 ** 53, noNaN: true }), (highest) => {
      const { top, ticks } = scaleTo(highest);
      expect(top).toBeGreaterThanOrEqual(highest);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThan(7);
    }),
  );
});

describe('an axis of time', () => {
  test.each([
    [900, ['0', '0.2 s', '0.4 s', '0.6 s', '0.8 s']],
    [12_345, ['0', '5 s', '10 s']],
    [119_000, ['0', '20 s', '40 s', '60 s', '80 s', '100 s']],
    [184_321, ['0', '1 min', '2 min', '3 min']],
    [7_384_000, ['0', '0.5 h', '1 h', '1.5 h', '2 h']],
    [30 * 86_400_000, ['0', '200 h', '400 h', '600 h']],
  ])('of %d ms', (length, labels) => {
    const { top, ticks, label } = timeScale(length);
    expect(top).toBe(length);
    expect(ticks.map(label)).toEqual(labels);
  });
});
