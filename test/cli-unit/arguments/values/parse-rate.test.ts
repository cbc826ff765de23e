import { expect, test } from 'vitest';
import { parseRate } from '../../../../src/cli/arguments/values/parse-rate.js';

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
  ['10MB/min', "bad rate '10MB/min': it is not a rate"],
  ['10Mb/s', 'of bits'],
  ['10Mbit/s', "bad rate '10Mbit/s': 'Mbit' counts bits"],
  ['10XB', "bad rate '10XB': 'XB' is no unit"],
])('%s is refused', (text, reason) => {
  expect(() => parseRate(text)).toThrow(reason);
});
