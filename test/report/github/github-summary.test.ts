import { expect, test } from 'vitest';
import { githubOutput } from '../../../src/report/github/github-output.js';
import { githubSummary } from '../../../src/report/github/github-summary.js';
import { renderMarkdown } from '../../../src/report/markdown.js';
import { blind, breach, crawl, offline } from '../special.js';

const MIB = 2 ** 20;
const large = {
  ...offline,
  attempts: Array.from({ length: 50_000 }, (_, port) => ({
    address: 'ü'.repeat(900),
    protocol: 'tcp',
    port,
    packets: 1,
  })),
};
const rows = (text: string) => text.match(/^\| `ü/gm)?.length ?? 0;

test('a summary is the Markdown report behind an empty line', () => {
  expect(githubSummary(crawl, 0)).toBe(`\n${renderMarkdown(crawl)}`);
});

test.each([
  [0, 100],
  [500_000, 100],
  [1_000_000, 10],
  [1_035_000, 1],
])('behind %i bytes a large one is cut to %i rows, and stays below 1 MiB', (present, count) => {
  const text = githubSummary(large, present);
  expect(rows(text)).toBe(count);
  expect(text).toContain(' more rows: the JSON report has them all.');
  expect(present + Buffer.byteLength(text)).toBeLessThan(MIB);
});

test('where no row fits, one line says so; where that does not fit, nothing is added', () => {
  expect(githubSummary(large, MIB - 5000)).toMatch(/^\nnetmeter: no room .*\n$/);
  expect(githubSummary(crawl, MIB - 4100)).toBe('');
  expect(githubSummary(crawl, MIB * 2)).toBe('');
});

test.each([
  ['within', crawl, 'bytes-in=48234117\nbytes-out=1204882\nbytes-total=49438999\nverdict=within\n'],
  ['exceeded', breach, 'bytes-in=1000001\nbytes-out=20000\nbytes-total=1020001\nverdict=exceeded\n'],
  ['unknown', blind, 'bytes-in=\nbytes-out=\nbytes-total=\nverdict=unmeasured\n'],
  ['without a budget', offline, 'bytes-in=0\nbytes-out=0\nbytes-total=0\nverdict=\n'],
])('the outputs of a run that is %s', (_, measurement, text) => {
  expect(githubOutput(measurement)).toBe(text);
});
