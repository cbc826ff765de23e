import { expect, test } from 'vitest';
import { takeTicks } from '../../src/watch/take-ticks.js';

/** Runs ticks by a clock of the test's own. @param busy how long the consumer takes, and how late each timer is */
async function ticks(
  options: { intervalMs: number; forMs?: number },
  busy: (tick: number) => number,
  stopAt = Infinity,
) {
  let clock = 1000;
  const stop = new AbortController();
  const times: number[] = [];
  const sleep = async (ms: number) => {
    clock = Math.min(clock + ms, Math.max(clock, stopAt));
    if (clock >= stopAt) stop.abort();
  };
  for await (const _ of takeTicks({ ...options, signal: stop.signal, now: () => clock, sleep })) {
    times.push(clock - 1000);
    clock += busy(times.length);
    if (times.length > 20) stop.abort();
  }
  return times;
}

test('at the start, at multiples, at the end', async () => {
  expect(await ticks({ intervalMs: 100, forMs: 300 }, () => 0)).toEqual([0, 100, 200, 300]);
  expect(await ticks({ intervalMs: 100, forMs: 250 }, () => 0)).toEqual([0, 100, 200, 250]);
  expect(await ticks({ intervalMs: 100, forMs: 30 }, () => 0)).toEqual([0, 30]);
});

test('for no time: one tick', async () => {
  expect(await ticks({ intervalMs: 100, forMs: 0 }, () => 0)).toEqual([0]);
});

test('lateness does not add up, and what was missed is not caught up with', async () => {
  expect(await ticks({ intervalMs: 100, forMs: 500 }, () => 30)).toEqual([0, 100, 200, 300, 400, 500]);
  expect(await ticks({ intervalMs: 100, forMs: 600 }, (tick) => (tick === 2 ? 250 : 1))).toEqual([
    0, 100, 400, 500, 600,
  ]);
});

test('a timer that is early by a part of a millisecond does not tick twice', async () => {
  const early = await ticks({ intervalMs: 100, forMs: 300 }, () => -0.4);
  expect(early.map(Math.round)).toEqual([0, 100, 200, 300]);
});

test('the end is not missed when the last sample took past it', async () => {
  expect(await ticks({ intervalMs: 100, forMs: 150 }, (tick) => (tick === 2 ? 80 : 0))).toEqual([0, 100, 180]);
});

test('a signal brings the last tick forward', async () => {
  expect(await ticks({ intervalMs: 100 }, () => 0, 1230)).toEqual([0, 100, 200, 230]);
});

test.each([
  ['the first sample', 1, [0, 5]],
  ['another one', 2, [0, 100, 105]],
])('a signal that comes while %s is being written is followed by the last tick', async (_, at, expected) => {
  let clock = 0;
  const stop = new AbortController();
  const sleep = async (ms: number) => {
    clock += ms;
  };
  const times: number[] = [];
  for await (const _ of takeTicks({ intervalMs: 100, signal: stop.signal, now: () => clock, sleep })) {
    times.push(clock);
    clock += 5;
    if (times.length === at) stop.abort();
  }
  expect(times).toEqual(expected);
});

test('a signal cuts a real sleep short', async () => {
  const stop = new AbortController();
  let count = 0;
  for await (const _ of takeTicks({ intervalMs: 2 ** 31 - 1, signal: stop.signal })) {
    count += 1;
    setImmediate(() => stop.abort());
  }
  expect(count).toBe(2);
});
