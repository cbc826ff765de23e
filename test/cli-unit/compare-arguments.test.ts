import { expect, test } from 'vitest';
import { parseBudgetArguments } from '../../src/cli/budget.js';
import { parseCompareArguments } from '../../src/cli/compare.js';

test.each<[string[], object]>([
  [['a', 'b'], { files: ['a', 'b'], increase: undefined, json: false }],
  [['--json', 'a', 'b'], { files: ['a', 'b'], increase: undefined, json: true }],
  [
    ['a', 'b', '--max-increase', '5%'],
    { files: ['a', 'b'], increase: { share: 0.05, octets: 1_000_000 }, json: false },
  ],
  [['a', '--min-increase=0', 'b'], { files: ['a', 'b'], increase: { share: 0.1, octets: 0 }, json: false }],
])('compare %j', (words, expected) => {
  expect(parseCompareArguments(words)).toEqual(expected);
});

test.each<[string[], object]>([
  [['suggest', 'a'], { files: ['a'], slack: 0.1, name: undefined, out: undefined }],
  [
    ['suggest', 'a', 'b', '--slack', '25%', '--name', 'n', '--out', 'o.json'],
    { files: ['a', 'b'], slack: 0.25, name: 'n', out: 'o.json' },
  ],
])('budget %j', (words, expected) => {
  expect(parseBudgetArguments(words)).toEqual(expected);
});

test('help is no error', () => {
  expect([parseCompareArguments(['-h']), parseBudgetArguments(['--help'])]).toEqual([undefined, undefined]);
});

test.each<[(words: readonly string[]) => unknown, string[], RegExp]>([
  [parseCompareArguments, [], /two reports/],
  [parseCompareArguments, ['a'], /two reports/],
  [parseCompareArguments, ['a', 'b', 'c'], /two reports/],
  [parseCompareArguments, ['a', 'b', '--max-increase', '5'], /bad share/],
  [parseCompareArguments, ['a', 'b', '--limit'], /^unknown option --limit$/],
  [parseCompareArguments, ['a', 'b', '--max-inc', '3%'], /unknown option --max-inc; did you mean --max-increase\?/],
  [parseBudgetArguments, [], /reports are needed/],
  [parseBudgetArguments, ['suggest'], /reports are needed/],
  [parseBudgetArguments, ['guess', 'a'], /^budget has no command 'guess'$/],
  [parseBudgetArguments, ['sugest', 'a'], /^budget has no command 'sugest'; did you mean suggest\?$/],
  [parseBudgetArguments, ['suggest', 'a', '--slack', 'some'], /^--slack: bad share/],
  [parseBudgetArguments, ['suggest', 'a', '--name', ''], /^--name needs a value: NAME$/],
  [
    parseBudgetArguments,
    ['suggest', 'a', '--out', 'x.js'],
    /^--out x\.js: it would be run, and what is written is JSON$/,
  ],
  [parseBudgetArguments, ['suggest', 'a', '--out', 'x.mts'], /^--out x\.mts: /],
])('%s refuses %j', (parse, words, message) => {
  expect(() => parse(words)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message) }),
  );
});
