import { expect, test } from 'vitest';
import type { JudgedLimit } from '../../../src/measurement/budget.js';
import { headline } from '../../../src/report/phrases/headline.js';
import { limitName, limitText, markOf, shareText, verdictText } from '../../../src/report/phrases/limit-text.js';
import { ipOctets } from '../../../src/units.js';
import { MEASUREMENTS } from '../measurements.js';
import { blind, breach, crawl, quiet } from '../special.js';

const limit = (used: number | null, allowed: number, verdict: JudgedLimit['verdict']): JudgedLimit => ({
  kind: 'in',
  limit: ipOctets(allowed),
  used: used === null ? null : ipOctets(used),
  verdict,
});

test.each<[JudgedLimit, string]>([
  [limit(1_000_000, 1_000_000, 'within'), 'in 1 000 000 B of 1 MB (1 000 000 B), 100 %'],
  [limit(1_000_001, 1_000_000, 'exceeded'), 'in 1 000 001 B exceeds 1 MB (1 000 000 B), 101 %'],
  [limit(0, 0, 'within'), 'in 0 B of 0 B'],
  [limit(1, 0, 'exceeded'), 'in 1 B exceeds 0 B'],
  [limit(5, 10, 'unmeasured'), 'in about 5 B: cannot be judged against 10 B'],
  [
    { ...limit(5, 10, 'unmeasured'), kind: 'increase', subject: 'in' },
    'in vs. baseline 5 B: cannot be judged against 10 B',
  ],
  [limit(null, 10, 'unmeasured'), 'in unknown: cannot be judged against 10 B'],
])('%j', (judged, text) => {
  expect(limitText(judged)).toBe(text);
});

test.each<[Partial<JudgedLimit>, string]>([
  [{ kind: 'rate-peak', unit: 'octets/s' }, 'peak rate 5 B/s of 10 B/s, 50 %'],
  [{ kind: 'dns-queries', unit: 'count' }, 'DNS queries 5 of 10, 50 %'],
  [{ kind: 'remote', subject: '*.example.com' }, 'remote *.example.com 5 B of 10 B, 50 %'],
  [{ kind: 'increase', subject: 'in', baseline: 4 }, 'in vs. baseline 5 B of 10 B, 50 %; the baseline used 4 B'],
  [{ kind: 'increase', subject: 'a', baseline: null }, 'remote a vs. baseline 5 B of 10 B, 50 %'],
  [{ range: { atLeast: 5, atMost: 8 } }, 'in at least 5 B, up to 8 B of 10 B, 80 %'],
  [{ range: { atLeast: 0, atMost: 5 } }, 'in up to 5 B of 10 B, 50 %'],
  [{ range: { atLeast: 5, atMost: null }, verdict: 'unmeasured' }, 'in at least 5 B: cannot be judged against 10 B'],
  [{ limit: 4, range: { atLeast: 5, atMost: 8 }, verdict: 'exceeded' }, 'in at least 5 B exceeds 4 B, 125 %'],
  [{ overshoot: ipOctets(0), verdict: 'exceeded' }, 'in 5 B of 10 B, 50 %, and the kernel refused more'],
  [{ verdict: 'unmeasured', reason: 'why' }, 'in about 5 B: cannot be judged against 10 B: why'],
])('%j', (changes, text) => {
  expect(limitText({ ...limit(5, 10, 'within'), ...changes })).toBe(text);
});

test('a warning that was passed over is no failure', () => {
  expect(markOf({ ...limit(2, 1, 'exceeded'), level: 'warn' })).toBe('!');
  expect(markOf(limit(2, 1, 'exceeded'))).toBe('✘');
  expect(markOf({ ...limit(2, 3, 'unmeasured'), level: 'warn' })).toBe('?');
});

test('limits of one level have names of their own', () => {
  for (const [, { budget }] of MEASUREMENTS) {
    const names = (budget?.limits ?? []).map((each) => `${each.level} ${limitName(each)}`);
    expect(new Set(names).size).toBe(names.length);
  }
});

test('far beyond its limit a share is printed in words', () => {
  expect(limitText(limit(311_695_300, 100, 'exceeded'))).toBe(
    'in 311 695 300 B exceeds 100 B, over 1000 times as much',
  );
  expect(shareText(limit(520, 10, 'exceeded'))).toBe('52 times as much');
  expect(shareText(limit(100, 10, 'exceeded'))).toBe('1000 %');
});

test('a share is never rounded over its limit, and there is none of nothing', () => {
  expect(shareText(limit(999_999_999, 1_000_000_000, 'within'))).toBe('99 %');
  expect(shareText(limit(1_000_000_001, 1_000_000_000, 'exceeded'))).toBe('101 %');
  expect(shareText(limit(1, 0, 'exceeded'))).toBeUndefined();
  expect(shareText(limit(null, 1, 'unmeasured'))).toBeUndefined();
  expect(shareText({ ...limit(5, 10, 'unmeasured'), range: { atLeast: 0, atMost: 20 } })).toBeUndefined();
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
