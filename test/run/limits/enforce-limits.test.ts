import { expect, test } from 'vitest';
import { Boundary } from '../../../src/boundary.js';
import type { JudgedBudget, Verdict } from '../../../src/measurement/budget.js';
import type { InOut } from '../../../src/measurement/traffic.js';
import { LimitEnforcer, lookAgainMs } from '../../../src/run/limits/enforce-limits.js';
import { leftOf } from '../../../src/run/limits/left-of.js';

const budget = (verdict: Verdict): JudgedBudget => ({ verdict, limits: [], ended: false });

/** An enforcer over a command whose octets are read one after the other; it is stopped with the last. */
function watching(reported: (InOut<number> | undefined)[], verdicts: Verdict[] = [], passedAt = Infinity) {
  let looks = 0;
  const calls: string[] = [];
  const enforcer: LimitEnforcer = new LimitEnforcer({
    boundary: new Boundary(),
    limits: { total: 100 },
    keeper: {
      passed: () => (++looks >= passedAt ? ['out'] : []),
      tighten: (used) => calls.push(`tighten ${used.in} ${used.out}`),
      refuse: () => calls.push('refuse'),
    },
    octets: () => {
      if (reported.length === 1) enforcer.stop();
      return reported.shift();
    },
    judgeNow: async () => budget(verdicts.shift() ?? 'within'),
    awaitOwnEnd: async () => void calls.push('wait'),
    endTree: async () => void calls.push('end'),
  });
  return { enforcer, calls };
}

test('the kernel learns what has passed, and hears of the breach before the tree is ended', async () => {
  const { enforcer, calls } = watching([{ in: 10, out: 5 }, undefined, { in: 90, out: 11 }], ['exceeded']);
  await enforcer.watch();
  expect(calls).toEqual(['tighten 10 5', 'refuse', 'wait', 'end']);
  expect(enforcer.breached).toBe(true);
});

test('the kernel knows of what it refused, of which the count of what left shows nothing', async () => {
  const { enforcer, calls } = watching(
    [
      { in: 0, out: 40 },
      { in: 0, out: 49 },
    ],
    [],
    2,
  );
  await enforcer.watch();
  expect(calls).toEqual(['tighten 0 40', 'refuse', 'wait', 'end']);
  expect(enforcer.breached).toBe(true);
});

test('what has not changed is not sent again', async () => {
  const { enforcer, calls } = watching([
    { in: 10, out: 5 },
    { in: 10, out: 5 },
    { in: 11, out: 5 },
  ]);
  await enforcer.watch();
  expect(calls).toEqual(['tighten 10 5', 'tighten 11 5']);
});

test('the exact count decides', async () => {
  const { enforcer, calls } = watching([{ in: 101, out: 0 }], ['within']);
  await enforcer.watch();
  expect(calls).toEqual(['tighten 101 0']);
  expect(enforcer.breached).toBe(false);
});

test.each([
  [{ in: 100 }, { in: 40, out: 999 }, 60],
  [{ in: 100, total: 50 }, { in: 40, out: 20 }, -10],
  [{ out: 5 }, { in: 40, out: 5 }, 0],
  [{}, { in: 40, out: 5 }, Infinity],
])('of %j, %j leave %i', (limits, used, left) => {
  expect(leftOf(limits, used)).toBe(left);
});

test.each([
  ['far away', 1_000_000_000, 2, 100],
  ['half the time that the fastest would need', 50_000_000, 2, 20],
  ['never without a pause', 1000, 10, 10],
  ['beyond', -1000, 2, 2],
  ['no limit', Infinity, 10, 100],
])('%s', (_, left, shortest, ms) => {
  expect(lookAgainMs(left, shortest)).toBe(ms);
});
