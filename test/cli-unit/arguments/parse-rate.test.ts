import { expect, test } from 'vitest';
import { parseRate } from '../../../src/cli/arguments/parse-rate.js';

test.each([
  ['10MB/s', 10_000_000],
  ['10MiB', 10_485_760],
  ['32kB/s', 32_000],
  ['1_000_000', 1_000_000],
])('%s', (text, rate) => {
  expect(parseRate(text)).toBe(rate);
});

test.each([
  ['31kB/s', 'too slow'],
  ['0', 'too slow'],
  ['10MB/min', 'not a size'],
  ['10Mb/s', 'of bits'],
])('%s is refused', (text, reason) => {
  expect(() => parseRate(text)).toThrow(reason);
});
