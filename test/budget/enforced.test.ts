import { expect, test } from 'vitest';
import { enforced } from '../../src/budget/enforced.js';
import type { JudgedLimit } from '../../src/measurement/budget.js';
import { ipOctets } from '../../src/units.js';

const within: JudgedLimit = { kind: 'out', limit: ipOctets(50), used: ipOctets(50), verdict: 'within' };
const exceeded: JudgedLimit = { kind: 'in', limit: ipOctets(50), used: ipOctets(61), verdict: 'exceeded' };
const unknown: JudgedLimit = { kind: 'in', limit: ipOctets(50), used: null, verdict: 'unmeasured' };

test('a limit that was passed says by how much, and that the command was stopped for it', () => {
  expect(enforced({ verdict: 'exceeded', limits: [exceeded, within], ended: false })).toEqual({
    verdict: 'exceeded',
    limits: [{ ...exceeded, overshoot: 11 }, within],
    ended: true,
    enforced: true,
  });
});

test.each([
  ['within', within],
  ['unmeasured', unknown],
] as const)('nothing was stopped where the verdict is %s', (verdict, limit) => {
  const budget = enforced({ verdict, limits: [limit], ended: false });
  expect(budget).toMatchObject({ verdict, limits: [limit], ended: false });
});

test('what the kernel refused is a breach, though what left is within the limit', () => {
  const budget = enforced({ verdict: 'unmeasured', limits: [within, { ...unknown, reason: 'no' }], ended: false }, [
    'out',
    'in',
  ]);
  expect(budget).toEqual({
    verdict: 'exceeded',
    limits: [
      { ...within, verdict: 'exceeded', overshoot: 0 },
      { ...unknown, verdict: 'exceeded' },
    ],
    ended: true,
    enforced: true,
  });
});
