import { expect, test } from 'vitest';
import { compareRuns } from '../../../src/budget/comparison/compare.js';
import { judgeIncrease } from '../../../src/budget/comparison/judge-increase.js';
import { renderComparison } from '../../../src/report/text/comparison.js';
import { painter } from '../../../src/report/text/paint.js';
import { ipOctets } from '../../../src/units.js';
import { blind, crawl } from '../measurements.js';

const { remotes = never() } = crawl;
const { rows } = remotes;
const later = {
  ...crawl,
  traffic: {
    ...crawl.traffic,
    external: {
      in: { ...crawl.traffic.external.in, wireOctets: ipOctets(58_234_117) },
      out: { ...crawl.traffic.external.out, wireOctets: ipOctets(1_204_000) },
    },
  },
  remotes: {
    ...remotes,
    rows: [
      ...rows.slice(0, 2),
      {
        ...(rows[0] ?? never()),
        address: '203.0.113.81',
        names: ['new.example'],
        wireOctets: { in: ipOctets(10_000_000), out: ipOctets(1) },
      },
    ],
  },
};

function never(): never {
  throw new Error('the crawl has no remotes');
}

test('the difference of two runs', async () => {
  const compared = compareRuns(crawl, later);
  const limits = judgeIncrease(compared, { share: 0.1, octets: 1_000_000 });
  const text = renderComparison({ before: crawl, after: later, rows: compared, limits }, painter(false));
  expect(text.split('\n').every((line) => line.length <= 90)).toBe(true);
  await expect(text).toMatchFileSnapshot('../../../fixtures/reports/1/comparison.txt');
});

test('what is not known is said', () => {
  const text = renderComparison(
    { before: blind, after: crawl, rows: compareRuns(blind, crawl), limits: [] },
    painter(false),
  );
  expect(text).toMatch(/^ {2}in +unknown +48 234 117 +unknown$/m);
});
