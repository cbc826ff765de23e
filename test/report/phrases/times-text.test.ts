import { expect, test } from 'vitest';
import { timesText } from '../../../src/report/phrases/times-text.js';

test.each([
  [0, undefined],
  [1.5, undefined],
  [10, undefined],
  [10.5, '10 times'],
  [999.9, '999 times'],
  [1000, '1000 times'],
  [1000.1, 'over 1000 times'],
  [3_116_953, 'over 1000 times'],
])('%d is %s', (ratio, text) => {
  expect(timesText(ratio)).toBe(text);
});
