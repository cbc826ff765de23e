import { expect, test } from 'vitest';
import { exactly } from '../../../src/budget/bounds/bounds.js';
import { withBypasses } from '../../../src/budget/bounds/bypass-bounds.js';
import type { Evidence } from '../../../src/budget/bounds/evidence.js';
import type { Limit } from '../../../src/budget/limits.js';

const evidence = (...whats: string[]) => ({ bypasses: whats.map((what) => ({ what })) }) as unknown as Evidence;

test.each<Limit['kind']>([
  'in',
  'out',
  'total',
  'rate-average',
  'rate-peak',
  'connections',
  'dns-queries',
  'host-local',
  'remote',
])('%s may be more than was counted', (kind) => {
  expect(withBypasses(kind, exactly(5), evidence('/run/docker.sock', 'net:[1]'))).toEqual({
    lower: 5,
    used: 5,
    upper: Infinity,
    reason: 'it could go past the counters: /run/docker.sock and 1 more (--ignore-bypasses judges it all the same)',
  });
});

test.each<Limit['kind']>(['loopback', 'process'])('%s is what it was', (kind) => {
  expect(withBypasses(kind, exactly(5), evidence('/run/docker.sock'))).toEqual(exactly(5));
});

test('without a bypass every number is what it was', () => {
  expect(withBypasses('total', exactly(5), evidence())).toEqual(exactly(5));
  expect(withBypasses('total', exactly(5), {} as Evidence)).toEqual(exactly(5));
});
