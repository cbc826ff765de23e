import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { DeathSignal } from '../../../src/linux/process/death-signal.js';
import { once } from '../../wait.js';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that says when it runs. @param held descriptors that it holds too */
async function started(held: readonly number[] = []): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', 'echo; exec sleep 1000'], { stdio: ['ignore', 'pipe', 'inherit', ...held] });
  children.push(child);
  await once(child.stdout as NodeJS.ReadStream, 'data');
  return child;
}

/** Closes what we hold ourselves. The kernel is not asked to forget, as if we were killed. */
const letGo = ({ ends }: DeathSignal) => {
  for (const end of ends) closeSync(end);
};

test('it ends the process with its last holder, and not before', async () => {
  const signal = new DeathSignal();
  const holders = [await started(signal.ends), await started(signal.ends)];
  const aim = await started();
  const ended = once(aim, 'exit');
  signal.aimAt(aim.pid ?? 0);
  letGo(signal);
  for (const holder of holders) {
    expect([aim.exitCode, aim.signalCode]).toEqual([null, null]);
    const gone = once(holder, 'exit');
    holder.kill('SIGKILL');
    await gone;
  }
  expect(await ended).toEqual([null, 'SIGKILL']);
});

test('whoever is to live on does, once it is disposed of', async () => {
  const signal = new DeathSignal();
  const holder = await started(signal.ends);
  const aim = await started();
  signal.aimAt(aim.pid ?? 0);
  signal[Symbol.dispose]();
  const gone = once(holder, 'exit');
  holder.kill('SIGKILL');
  await gone;
  const other = once(aim, 'exit');
  aim.kill('SIGTERM');
  expect(await other).toEqual([null, 'SIGTERM']);
});
