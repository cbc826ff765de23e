import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answerOf } from '../../../../src/isolation/tools/holders/answer-of.js';

const failed = (reason: string) => new Error(`failed: ${reason}`);
const NEVER = new Promise<never>(() => {});

let helper: ChildProcess;
beforeEach(() => {
  // One that has started another.
  helper = spawn('sh', ['-c', 'sleep 1000 & wait'], { detached: true, stdio: 'ignore' });
});
afterEach(() => {
  vi.useRealTimers();
  process.kill(-(helper.pid ?? 0), 'SIGKILL');
});

const childrenOf = (pid: number) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
const stateOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) (.).*$/s, '$1');

async function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  process.kill(pid, name);
  await expect.poll(() => stateOf(pid) === 'T').toBe(name === 'SIGSTOP');
}

test.each(['itself', 'its child'])(
  'a helper that somebody has stopped, %s, is known long before its time',
  async (who) => {
    const pid = helper.pid ?? 0;
    await expect.poll(() => childrenOf(pid)).not.toBe('');
    const stopped = who === 'itself' ? pid : Number(childrenOf(pid));
    await signal(stopped, 'SIGSTOP');
    vi.useFakeTimers();
    const answer = expect(answerOf({ pids: [undefined, pid], atMostMs: 30_000 }, NEVER, failed)).rejects;
    const refused = answer.toThrow(`failed: process ${stopped}, which helps with it, was stopped by a signal`);
    await vi.advanceTimersByTimeAsync(3000);
    await refused;
    expect(vi.getTimerCount()).toBe(0);
  },
);

test('one that goes on has all its time', async () => {
  const pid = helper.pid ?? 0;
  vi.useFakeTimers();
  const refused = expect(answerOf({ pids: [pid], atMostMs: 30_000 }, NEVER, failed)).rejects.toThrow(
    'no answer in 30 s',
  );
  await vi.advanceTimersByTimeAsync(30_000);
  await refused;
});

test('an answer is the answer', async () => {
  expect(await answerOf({ pids: [helper.pid], atMostMs: 1000 }, Promise.resolve(1), failed)).toBe(1);
});
