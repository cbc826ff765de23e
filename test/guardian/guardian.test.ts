import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Guarded } from '../../src/guardian/guarded.js';
import { Guardian } from '../../src/guardian/guardian.js';
import { readProcesses } from '../../src/isolation/machine/read-processes.js';
import { ROOT } from '../netmeter.js';
import { once } from '../wait.js';

const children: ChildProcess[] = [];
const others: number[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const pid of others.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

/** A zombie is not: nobody may have waited for it. */
const isAlive = (pid: number) => readProcesses().some((process) => process.pid === pid);

/** A process with these variables, which starts a child of its own without any; both stay. */
async function family(variables: NodeJS.ProcessEnv): Promise<{ parent: ChildProcess; pid: number }> {
  const script = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { env: {} });
    child.once('spawn', () => console.log(child.pid));`;
  const parent = spawn(process.execPath, ['-e', script], { env: variables, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(parent);
  const pid = Number(String((await once(parent.stdout, 'data'))[0]));
  others.push(pid);
  return { parent, pid };
}

/** A process that a guardian guards; it says the guardian's number. */
async function guardedOwner(guarded: Guarded, sh = 'sh') {
  const script = `
    import { Guardian } from '${ROOT}dist/guardian/guardian.js';
    import { readFileSync } from 'node:fs';
    const guardian = new Guardian('${sh}', ${JSON.stringify(guarded)});
    console.log(readFileSync(\`/proc/self/task/\${process.pid}/children\`, 'latin1').trim());
    setInterval(() => guardian, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(owner);
  const pid = Number(String((await once(owner.stdout, 'data'))[0]));
  others.push(pid);
  return { owner, pid };
}

/** Whatever a shell is: the system's, and one that does more than POSIX asks. */
test.each(['sh', 'bash'])(
  'by %s: who carries the mark ends with its owner, with all children, and nobody else',
  async (sh) => {
    const run = `test-${process.pid}-${sh}`;
    const { owner, pid } = await guardedOwner({ run }, sh);
    const marked = await family({ OTHER: 'x y', NETMETER_RUN: run, LAST: 'z' });
    const unmarked = await family({ NETMETER_RUN: `other-${run}`, HINT: run });
    const ended = once(marked.parent, 'exit');
    owner.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    await expect.poll(() => [marked.pid, pid].filter(isAlive)).toEqual([]);
    expect([unmarked.parent.exitCode, unmarked.parent.signalCode, isAlive(unmarked.pid)]).toEqual([null, null, true]);
  },
);

test('who was there before it is none of the run’s, whatever it carries', async () => {
  const run = `test-${process.pid}-before`;
  const before = await family({ NETMETER_RUN: run });
  // Two clock ticks: what the kernel counts starts by.
  const start = () => readProcesses().find(({ pid }) => pid === before.pid)?.startedAt ?? 0;
  await expect
    .poll(() => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 100 - start())
    .toBeGreaterThan(2);
  const { owner, pid } = await guardedOwner({ run });
  owner.kill('SIGKILL');
  await expect.poll(() => isAlive(pid)).toBe(false);
  expect([before.parent.exitCode, before.parent.signalCode, isAlive(before.pid)]).toEqual([null, null, true]);
});

test('without a shell, in a slim image, the kernel ends the command with its owner', async () => {
  const script = `
    import { Guardian } from '${ROOT}dist/guardian/guardian.js';
    import { spawn } from 'node:child_process';
    const guardian = new Guardian(undefined, { run: 'test-${process.pid}-slim' });
    const { pid } = spawn('sleep', ['1000'], { stdio: 'ignore' });
    guardian.commandStarted(pid);
    console.log(pid, guardian.warnings.length);
    setInterval(() => guardian, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(owner);
  const [pid = 0, warnings] = String((await once(owner.stdout, 'data'))[0])
    .split(' ')
    .map(Number);
  others.push(pid);
  expect([isAlive(pid), warnings]).toEqual([true, 0]);
  owner.kill('SIGKILL');
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test('let go, it ends at once and looks for nothing', async () => {
  const run = `test-${process.pid}-done`;
  const guardian = new Guardian('/bin/sh', { run });
  const marked = await family({ NETMETER_RUN: run });
  await guardian.finish();
  expect([marked.parent.exitCode, marked.parent.signalCode, isAlive(marked.pid)]).toEqual([null, null, true]);
});

const ownChildren = () =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number);

test.each([
  ['', []],
  [' with a program beside it', ['sleep', '1000']],
])('one that somebody has stopped%s is not waited for', async (_, beside) => {
  const before = ownChildren();
  const guardian = new Guardian('/bin/sh', { run: `test-${process.pid}-stopped`, beside });
  const [pid = 0] = ownChildren().filter((child) => !before.includes(child));
  await expect.poll(() => readProcesses().some(({ parent }) => parent === pid) || beside.length === 0).toBe(true);
  const [child] = readProcesses().filter(({ parent }) => parent === pid);
  process.kill(pid, 'SIGSTOP');
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'latin1')).toMatch(/\) T /);
  await guardian.finish();
  // A busy init may be late to hear of the end of a child that it has inherited.
  await expect.poll(() => [pid, child?.pid ?? pid].filter(isAlive)).toEqual([]);
});

test('what a program beside it says is heard, and it ends with the owner', async () => {
  const guardian = new Guardian('/bin/sh', {
    run: `test-${process.pid}-said`,
    beside: ['sh', '-c', 'echo said >&2; exec sleep 1000'],
  });
  expect(String((await once(guardian.output as NodeJS.ReadStream, 'data'))[0])).toBe('said\n');
  await guardian.finish();
  const { owner, pid } = await guardedOwner({ run: `test-${process.pid}-beside`, beside: ['sleep', '1000'] });
  await expect.poll(() => readProcesses().filter(({ parent }) => parent === pid)).toHaveLength(1);
  const [sleep = { pid: 0 }] = readProcesses().filter(({ parent }) => parent === pid);
  owner.kill('SIGKILL');
  await expect.poll(() => [sleep.pid, pid].filter(isAlive)).toEqual([]);
});

test('a folder that the script’s package had is not needed any more once it has started', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  const script = join(folder, 'guardian.sh');
  writeFileSync(script, readFileSync(`${ROOT}src/guardian/guardian.sh`));
  const env = {
    RUN: 'gone',
    CGROUP: '',

    NAMESPACE: '',
    CHANGES: '',
    TABLES: '',
    NODE: '/bin/echo',
    ENTRY: 'node',
    GIVE_BACK: 'was started',
  };
  const shell = spawn('sh', [script], { env, stdio: ['pipe', 'ignore', 'inherit', 'ignore', 'ignore', 'ignore'] });
  children.push(shell);
  await expect.poll(() => readFileSync(`/proc/${shell.pid}/wchan`, 'latin1')).toMatch(/read|recv|wait/);
  rmSync(folder, { recursive: true });
  shell.stdin?.end();
  expect(await once(shell, 'exit')).toEqual([0, null]);
});
