import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { strikeTree } from '../../src/command/strike-tree.js';
import { readProcesses } from '../../src/isolation/machine/read-processes.js';
import { once } from '../wait.js';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process with a child; each says its end. */
async function family() {
  const script = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    child.once('spawn', () => console.log(child.pid));`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(parent);
  const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
  return { parent, ended: once(parent, 'exit'), pid: parent.pid ?? 0, childPid: Number(String(pid)) };
}

/** A zombie is not: nobody may have waited for it. */
const isAlive = (pid: number) => readProcesses().some((process) => process.pid === pid);

test('signals the root and its descendants, and says whom', async () => {
  const { ended, pid, childPid } = await family();
  expect(await strikeTree(pid, process.env['PATH'])).toEqual(new Set([pid, childPid]));
  expect(await ended).toEqual([null, 'SIGTERM']);
  await expect.poll(() => isAlive(childPid)).toBe(false);
});

test.each([['/nonexistent'], ['']])(
  'with PATH %j, where there is no ps, it signals nobody and nothing crashes',
  async (path) => {
    const { parent, pid, childPid } = await family();
    expect(await strikeTree(pid, path)).toEqual(new Set());
    expect([parent.exitCode, parent.signalCode, isAlive(childPid)]).toEqual([null, null, true]);
    process.kill(childPid, 'SIGKILL');
  },
);
