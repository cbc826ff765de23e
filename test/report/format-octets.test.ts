import { expect, test } from 'vitest';
import { duration, exact, rate, rounded, roundedWithin } from '../../src/report/format-octets.js';

test.each([
  [0, '0', '0 B'],
  [999, '999', '999 B'],
  [1000, '1 000', '1 kB'],
  [12_345_678, '12 345 678', '12.3 MB'],
  [Number.MAX_SAFE_INTEGER, '9 007 199 254 740 991', '9.01 PB'],
  [null, 'unknown', 'unknown'],
])('%d octets', (octets, digits, short) => {
  expect(exact(octets)).toBe(digits);
  expect(rounded(octets)).toBe(short);
});

test('a rate', () => {
  expect(rate(1_500_000)).toBe('1.5 MB/s');
});

test.each([
  [0, '0.00 s'],
  [4.2, '0.00 s'],
  [342, '0.34 s'],
  [9_994, '9.99 s'],
  [9_996, '10.0 s'],
  [12_345, '12.3 s'],
  [59_949, '59.9 s'],
  [59_960, '1 min 00 s'],
  [200_000, '3 min 20 s'],
  [3_599_600, '1 h 00 min'],
  [7_500_000, '2 h 05 min'],
])('%d ms last %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each<[octets: number | null, bound: number | null, text: string]>([
  [77_100, 0, '77.1 kB'],
  [77_100, 40, '77.1 kB'],
  [77_100, 60, '~77.1 kB'],
  [77_100, 106_000, '~77.1 kB'],
  [0, 0, '0 B'],
  [10, 20, '~10 B'],
  [77_100, null, '~77.1 kB'],
  [null, null, 'unknown'],
])('%s octets, off by %s at most: an estimate where another number could stand there', (octets, bound, text) => {
  expect(roundedWithin(octets, bound)).toBe(text);
});
