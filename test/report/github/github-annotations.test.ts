import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Measurement } from '../../../src/measurement/measurement.js';
import { githubAnnotations } from '../../../src/report/github/github-annotations.js';
import { visible } from '../../../src/report/visible.js';
import { commandsIn } from '../runner.js';
import { blind, breach, crawl, hostile, quiet } from '../special.js';

const found = (measurement: Measurement, errorsOnly = false) =>
  commandsIn(githubAnnotations(measurement, { errorsOnly }).join('\n'));
const warnings = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ code: 'X', message: `number ${index}` }));

test('a breach is an error, a warning is a warning, with our title', () => {
  expect(found(breach)).toEqual([
    { name: 'error', properties: { title: 'netmeter' }, data: 'in 1 000 001 B exceeds 1 MB (1 000 000 B), 101 %' },
    { name: 'error', properties: { title: 'netmeter' }, data: 'out 20 000 B exceeds 0 B' },
  ]);
  expect(found(blind).map(({ name }) => name)).toEqual(['error', 'warning']);
  expect(found(blind, true).map(({ name }) => name)).toEqual(['error']);
});

test.each([
  ['nothing moved', quiet],
  ['all is within', crawl],
])('there is none where %s', (_, measurement) => {
  expect(githubAnnotations(measurement)).toEqual([]);
});

test.each([
  [9, 9, 'number 8'],
  [10, 10, 'number 9'],
  [11, 10, 'and 2 more: see the summary'],
  [500, 10, 'and 491 more: see the summary'],
])('of %i warnings %i are shown, the last one %j', (count, shown, last) => {
  const all = found({ ...quiet, warnings: warnings(count) });
  expect(all).toHaveLength(shown);
  expect(all.at(-1)?.data).toBe(last);
});

test('errors come before warnings, and are never left out for them', () => {
  expect(found({ ...breach, warnings: warnings(20) }).map(({ name }) => name)).toEqual([
    'error',
    'error',
    ...Array.from({ length: 8 }, () => 'warning'),
  ]);
});

test('whatever a message holds, it is one command of ours', () => {
  const message = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...hostile.warnings.map((each) => each.message)),
  );
  fc.assert(
    fc.property(message, (text) => {
      const [only, ...others] = found({ ...quiet, warnings: [{ code: 'X', message: text }] });
      expect(others).toEqual([]);
      expect(only).toMatchObject({ name: 'warning', properties: { title: 'netmeter' } });
      expect(only?.data).toBe(visible(text));
    }),
  );
});

test('a message is shorter than the runner cuts, whole characters', () => {
  for (const unit of ['%', '😀', 'x']) {
    const [line = ''] = githubAnnotations({ ...quiet, warnings: [{ code: 'X', message: unit.repeat(9000) }] });
    expect(line.length).toBeLessThan(4096);
    expect(line).toMatch(/…$/u);
    expect(line).not.toMatch(/\p{Surrogate}/u);
  }
});

test('a limit that only warns is a warning', () => {
  const [error, warning] = githubAnnotations({
    ...crawl,
    budget: {
      verdict: 'exceeded',
      ended: false,
      limits: [
        { kind: 'in', limit: 1, used: 2, verdict: 'exceeded' },
        { kind: 'remote', subject: 'a.example', level: 'warn', limit: 1, used: 2, verdict: 'exceeded' },
      ],
    },
  });
  expect(error).toMatch(/^::error .*::in 2 B exceeds/);
  expect(warning).toMatch(/^::warning .*::remote a\.example 2 B exceeds/);
});
