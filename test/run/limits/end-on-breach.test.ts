import { expect, test } from 'vitest';
import type { Verdict } from '../../../src/measurement/budget.js';
import { BreachEnder } from '../../../src/run/limits/end-on-breach.js';
import { ipOctets, milliseconds } from '../../../src/units.js';

const sample = (octets: number) => ({ atMs: milliseconds(1), in: ipOctets(octets), out: ipOctets(0) });

const judged = (verdict: Verdict) => ({ kind: 'in' as const, limit: 100, used: 101, verdict });

/** An ender of a command that may have 100 octets; what it does is reported. */
function watching(verdict: Verdict, refuse = async () => {}, least = 0) {
  const calls: string[] = [];
  const ender = new BreachEnder({
    limits: { in: ipOctets(100) },
    atLeast: () => ({ in: least, out: 0 }),
    judgeNow: async () => ({ verdict, limits: [judged(verdict), { ...judged('within'), kind: 'out' }], ended: false }),
    refuse: () => {
      calls.push('refuse');
      return refuse();
    },
    endTree: async () => void calls.push('end'),
  });
  return { ender, calls };
}

test('a breach ends the tree, and all that follows is refused meanwhile; once', async () => {
  const { ender, calls } = watching('exceeded');
  await ender.look(sample(100));
  expect(calls).toEqual([]);
  await ender.look(sample(101));
  await ender.look(sample(102));
  await ender.finish();
  expect(calls).toEqual(['refuse', 'end']);
  expect(ender.ended).toBe(true);
  expect(ender.breached).toEqual([judged('exceeded')]);
});

test('the exact count decides', async () => {
  const { ender, calls } = watching('within');
  await ender.look(sample(101));
  expect(calls).toEqual([]);
  expect(ender.ended).toBe(false);
});

test('what has certainly moved decides where the exact count is none while packets pass', async () => {
  const { ender, calls } = watching('unmeasured', undefined, 101);
  await ender.look(sample(105));
  expect(calls).toEqual(['refuse', 'end']);
  expect(ender.ended).toBe(true);
});

test('a kernel that cannot refuse ends the tree all the same', async () => {
  const { ender, calls } = watching('exceeded', () => Promise.reject(new Error('no nft')));
  await ender.look(sample(101));
  await ender.finish();
  expect(calls).toContain('end');
  expect(ender.ended).toBe(true);
});
