import { expect, test } from 'vitest';
import { awaitOwnEnd } from '../../src/run/await-own-end.js';

const waiting = { processes: 2, busy: false, cpu: 100 };
const working = { processes: 2, busy: true, cpu: 100 };
const gone = { processes: 0, busy: false, cpu: 0 };

/** How many looks it takes over a tree that does one after the other, and the last for ever. */
async function looks(acts: readonly (typeof waiting)[], atMostMs = 1e9): Promise<number> {
  let count = 0;
  let time = 0;
  const clock = {
    now: () => time,
    pause: async (ms: number) => {
      time += ms;
    },
  };
  await awaitOwnEnd({ look: () => acts[Math.min(count++, acts.length - 1)] ?? gone, atMostMs, clock });
  return count;
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test('a tree that works is let end by itself, however long it takes', async () => {
  expect(await looks([...times(5000, working), gone])).toBe(5001);
});

test('a tree at rest waits for what will not come', async () => {
  expect(await looks([waiting])).toBe(51);
});

test('one that does something now and then is not at rest', async () => {
  const sometimes = Array.from({ length: 2000 }, (_, look) => ({ ...waiting, cpu: Math.floor(look / 40) }));
  expect(await looks([...sometimes, gone])).toBe(2001);
});

test('nor one whose processes come and go', async () => {
  const changing = Array.from({ length: 2000 }, (_, look) => ({ ...waiting, processes: 1 + (look % 2) }));
  expect(await looks([...changing, gone])).toBe(2001);
});

test('one that only works on is not let do so for ever', async () => {
  expect(await looks([working], 5000)).toBeLessThan(260);
});

test('nothing is waited for in a hurry', async () => {
  let count = 0;
  const look = () => {
    count++;
    return working;
  };
  await awaitOwnEnd({ look, atMostMs: 1e9, hurry: AbortSignal.abort() });
  expect(count).toBe(0);
});
