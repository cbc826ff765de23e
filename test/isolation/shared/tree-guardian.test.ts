import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readProcesses } from '../../../src/isolation/machine/read-processes.js';
import { TREE_GUARDIAN_SCRIPT } from '../../../src/isolation/shared/tree-guardian-script.js';
import { lookFor } from '../../../src/isolation/tools/find-tools.js';
import { once } from '../../wait.js';

const children: ChildProcess[] = [];
const grandchildren: number[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const pid of grandchildren.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

/** A process with these variables, which starts a child of its own without any; both stay. */
async function family(variables: NodeJS.ProcessEnv): Promise<{ parent: ChildProcess; pid: number }> {
  const script = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { env: {} });
    child.once('spawn', () => console.log(child.pid));`;
  const parent = spawn(process.execPath, ['-e', script], { env: variables, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(parent);
  const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
  grandchildren.push(Number(String(pid)));
  return { parent, pid: Number(String(pid)) };
}

/** @param others who was there before */
function guardian(run: string, grep: string, others: readonly { readonly pid: number }[]) {
  const env = { GUARDIAN: TREE_GUARDIAN_SCRIPT, RUN: run, GREP: grep };
  const shell = spawn('sh', ['-c', 'eval "$GUARDIAN"'], { env, stdio: ['pipe', 'inherit', 'inherit'] });
  children.push(shell);
  shell.stdin.write(`others ${others.map(({ pid }) => `/proc/${pid}`).join(' ')}\n`);
  return { shell, gone: once(shell, 'exit') };
}

/** A zombie is not: nobody may have waited for it. */
const isAlive = (pid: number) => readProcesses().some((process) => process.pid === pid);

test.each([
  ['by grep', lookFor('grep') ?? 'grep is not here'],
  ['by the shell alone', ''],
])('%s: at the end of its input the marked end with their children, and nobody else', async (_, grep) => {
  const run = `test-${process.pid}-${grep.length}`;
  const others = readProcesses();
  const marked = await family({ OTHER: 'x y', NETMETER_RUN: run, LAST: 'z' });
  const unmarked = await family({ NETMETER_RUN: `other-${run}`, HINT: run });
  const ended = once(marked.parent, 'exit');
  const { shell, gone } = guardian(run, grep, others);
  shell.stdin?.end();
  await gone;
  expect(await ended).toEqual([null, 'SIGKILL']);
  await expect.poll(() => isAlive(marked.pid)).toBe(false);
  expect([unmarked.parent.exitCode, unmarked.parent.signalCode, isAlive(unmarked.pid)]).toEqual([null, null, true]);
});

describe('a process in the middle of an exec, which has no environment then, is not overlooked', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    writeFileSync(join(folder, 'again.sh'), 'exec /bin/sh "$0"\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['by grep', lookFor('grep') ?? 'grep is not here', 60],
    ['by the shell alone', '', 20],
  ])('%s', async (_, grep, rounds) => {
    // At one look in thirty it is there.
    for (let round = 0; round < rounds; round++) {
      const run = `test-${process.pid}-exec-${grep.length}-${round}`;
      const others = readProcesses();
      const busy = spawn('/bin/sh', [join(folder, 'again.sh')], { env: { NETMETER_RUN: run }, stdio: 'ignore' });
      children.push(busy);
      const ended = once(busy, 'exit');
      const { shell, gone } = guardian(run, grep, others);
      shell.stdin?.end();
      await gone;
      expect(await ended, `round ${round}`).toEqual([null, 'SIGKILL']);
    }
  });
});

test('told that there is nothing to end, it looks for nothing', async () => {
  const run = `test-${process.pid}-done`;
  const marked = await family({ NETMETER_RUN: run });
  const { shell, gone } = guardian(run, '', []);
  shell.stdin?.end('done\n');
  expect(await gone).toEqual([0, null]);
  expect([marked.parent.exitCode, marked.parent.signalCode, isAlive(marked.pid)]).toEqual([null, null, true]);
});
