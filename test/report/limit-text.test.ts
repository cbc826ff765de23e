import { expect, test } from 'vitest';
import type { JudgedLimit } from '../../src/measurement.js';
import { headline } from '../../src/report/headline.js';
import { limitText, shareText, verdictText } from '../../src/report/limit-text.js';
import { ipOctets } from '../../src/units.js';
import { blind, breach, crawl, quiet } from './special.js';

const limit = (used: number | null, allowed: number, verdict: JudgedLimit['verdict']): JudgedLimit => ({
  kind: 'in',
  limit: ipOctets(allowed),
  used: used === null ? null : ipOctets(used),
  verdict,
});

test.each([
  [limit(1_000_000, 1_000_000, 'within'), 'in 1 000 000 B of 1 MB (1 000 000 B), 100 %'],
  [limit(1_000_001, 1_000_000, 'exceeded'), 'in 1 000 001 B exceeds 1 MB (1 000 000 B), 101 %'],
  [limit(0, 0, 'within'), 'in 0 B of 0 B (0 B)'],
  [limit(1, 0, 'exceeded'), 'in 1 B exceeds 0 B (0 B)'],
  [limit(5, 10, 'unmeasured'), 'in about 5 B: cannot be judged against 10 B (10 B)'],
  [limit(null, 10, 'unmeasured'), 'in unknown: cannot be judged against 10 B (10 B)'],
])('%j', (judged, text) => {
  expect(limitText(judged)).toBe(text);
});

test('a share is never rounded over its limit, and there is none of nothing', () => {
  expect(shareText(limit(999_999_999, 1_000_000_000, 'within'))).toBe('99 %');
  expect(shareText(limit(1_000_000_001, 1_000_000_000, 'exceeded'))).toBe('101 %');
  expect(shareText(limit(1, 0, 'exceeded'))).toBeUndefined();
  expect(shareText(limit(null, 1, 'unmeasured'))).toBeUndefined();
});

test.each([
  ['within', '✔ within'],
  ['exceeded', '✘ exceeded'],
  ['unmeasured', '? cannot be judged'],
] as const)('the verdict %s is read without colour', (verdict, text) => {
  expect(verdictText(verdict)).toBe(text);
});

test.each([
  [crawl, '✔ within budget'],
  [breach, '✘ over budget, command ended'],
  [blind, '? budget cannot be judged'],
  [quiet, undefined],
])('the headline', (measurement, text) => {
  expect(headline(measurement)).toBe(text);
});
