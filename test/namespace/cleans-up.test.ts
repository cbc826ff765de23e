import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, beforeAll, test } from 'vitest';
import { NETMETER, netmeter } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { letPass, once, signalUntilGone } from '../wait.js';
import { expectNoTraces, traces } from './leftovers.js';

/** A command that stays, and leaves a daemon in a session of its own; the traces know it by its odd number. */
const STAYS = ['sh', '-c', 'setsid sleep 1000.5 & echo started; exec sleep 1000.5'];

const children = new Set<ChildProcess>();

function start(words: readonly string[] = ['--', ...STAYS]) {
  const child = spawn(process.execPath, [NETMETER, '--grace', '0.2s', ...words], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.add(child);
  return { child, ended: once(child, 'exit'), started: once(child.stdout, 'data') };
}

describePrivileged('nothing is left behind', () => {
  let before: string[];
  beforeAll(() => {
    before = traces();
  });

  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  });

  test.each([['true'], ['false'], ['/nonexistent']])('after %s', async (command) => {
    await netmeter(['--', command]);
    await expectNoTraces(before);
  });

  test.each(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGSEGV', 'SIGTERM', 'SIGKILL'] as const)(
    'after %s while the command runs',
    async (signal) => {
      const { child, started } = start();
      await started;
      // The command may end of the signal alone; its daemon is waited for until the second one.
      await signalUntilGone(child, signal);
      await expectNoTraces(before);
    },
  );

  test.each(Array.from({ length: 8 }, (_, step) => step * 15))(
    'counting by process, after SIGKILL %i ms after the start',
    async (ms) => {
      const { child, ended } = start(['--by', 'process', '--', ...STAYS]);
      await letPass(ms);
      child.kill('SIGKILL');
      await ended;
      await expectNoTraces(before);
    },
  );

  test.each(Array.from({ length: 15 }, (_, step) => step * 10))('after SIGKILL %i ms after the start', async (ms) => {
    const { child, ended } = start();
    await letPass(ms);
    child.kill('SIGKILL');
    await ended;
    await expectNoTraces(before);
  });

  test.each(Array.from({ length: 8 }, (_, step) => step * 10))('after SIGTERM %i ms after the start', async (ms) => {
    const { child, ended } = start(['sleep', '1000.5']);
    await letPass(ms);
    child.kill('SIGTERM');
    await ended;
    await expectNoTraces(before);
  });

  test('after SIGKILL during tear-down', async () => {
    for (let delay = 0; delay < 40; delay += 4) {
      const { child, ended } = start(['echo', 'x']);
      await Promise.race([once(child.stdout, 'data'), ended]);
      await letPass(delay);
      child.kill('SIGKILL');
      await ended;
    }
    await expectNoTraces(before);
  });

  test('a job that makes a namespace of its own dies with netmeter too', async () => {
    const { child, ended, started } = start([
      'sh',
      '-c',
      "unshare --net sh -c 'echo started; exec sleep 1000.5' & exec sleep 1000.5",
    ]);
    await started;
    child.kill('SIGKILL');
    await ended;
    await expectNoTraces(before);
  });
});
