import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { letPass, once, signalUntilGone, until } from '../wait.js';
import { expectNoTraces, traces } from './leftovers.js';
import { Machine } from './machine.js';
import { lives } from './process-state.js';
import { Terminal } from './terminal.js';
import { Wire } from './wire.js';

const USER = 'netmeter-sudo';
const METER = `'${process.execPath}' '${NETMETER}'`;

describePrivileged('a user who may use sudo without a password', () => {
  let folder: string;
  let uid: number;
  let clean: readonly string[];
  beforeAll(() => {
    clean = traces();
    spawnSync('useradd', ['--create-home', '--groups', 'games', '--shell', '/bin/bash', USER]);
    uid = Number(spawnSync('id', ['-u', USER], { encoding: 'utf8' }).stdout);
    writeFileSync(`/etc/sudoers.d/${USER}`, `${USER} ALL=(ALL) NOPASSWD: ALL\n`, { mode: 0o440 });
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    chmodSync(folder, 0o777);
  });
  afterAll(() => {
    rmSync(`/etc/sudoers.d/${USER}`);
    rmSync(folder, { recursive: true });
    spawnSync('userdel', ['--remove', USER]);
  });

  const asUser = (line: string) => runToEnd('su', [USER, '-c', `cd ~; ${line}`]);

  test('the command runs as the user, with the user’s groups, environment, folder and umask', async () => {
    const script = 'id -un; id -Gn; umask; pwd; echo $HOME $SECRET; grep CapEff /proc/self/status; env | grep -c SUDO';
    const { stdout } = await asUser(`umask 027; export SECRET='a b'; ${METER} -q -- sh -c '${script}'`);
    expect(stdout).toBe(
      `${USER}\n${USER} games\n0027\n/home/${USER}\n/home/${USER} a b\nCapEff:\t0000000000000000\n0\n`,
    );
  });

  test('it is a veth scope, exact, and the report is the user’s file', async () => {
    await using wire = await Wire.lay(12);
    const before = await wire.totals();
    const file = join(folder, 'report.json');
    const traffic = `python3 ${program('traffic.py')} requests ${wire.ipv4} ${wire.port} 30`;
    const { status, stderr } = await asUser(`${METER} --report ${file} -- sh -c '${traffic}'`);
    const after = await wire.totals();
    expect(status, stderr).toBe(0);
    const report = JSON.parse(readFileSync(file, 'utf8'));
    expect(report).toMatchObject({ isolation: { kind: 'veth' }, method: { name: 'qdisc' } });
    expect(report.traffic.external.in.wireOctets).toBe(after['ipv4.in'][0] - before['ipv4.in'][0]);
    expect(report.command).not.toHaveProperty('user');
    expect(statSync(file).uid).toBe(uid);
  });

  test('through sudo a namespace that was there is joined, as the user, and its numbers are exact', async () => {
    await using machine = await Machine.build(15);
    const before = await machine.totals();
    const file = join(folder, 'joined.json');
    const traffic = `python3 ${program('traffic.py')} requests ${machine.far4} 7000 30`;
    const words = `--netns ${machine.name} --report ${file} -- sh -c 'id -un; ${traffic}'`;
    const { status, stdout, stderr } = await asUser(`sudo ${METER} ${words}`);
    const after = await machine.totals();
    expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: `${USER}\n` });
    const { traffic: counted, method, command } = JSON.parse(readFileSync(file, 'utf8')) as Measurement;
    const truth = (way: 'in' | 'out') => (after[`ipv4.${way}`]?.[0] ?? 0) - (before[`ipv4.${way}`]?.[0] ?? 0);
    expect(counted.external.in.wireOctets, stderr).toBe(truth('in'));
    expect(counted.external.out.wireOctets).toBe(truth('out'));
    expect(method.name).toBe('cgroup');
    expect(command.user).toBe(USER);
    expect(statSync(file).uid).toBe(uid);
  });

  test('in place it takes the same way: the caller’s command, counted exactly, in the machine’s own namespace', async () => {
    await using wire = await Wire.lay(12);
    const before = await wire.totals();
    const file = join(folder, 'in-place.json');
    const traffic = `python3 ${program('traffic.py')} requests ${wire.ipv4} ${wire.port} 30`;
    const script = `id -un; echo $HOME $SECRET; readlink /proc/self/ns/net; ${traffic}`;
    const line = `export SECRET=kept; ${METER} --in-place --report ${file} -- sh -c '${script}'`;
    const { status, stdout, stderr } = await asUser(line);
    const after = await wire.totals();
    expect(status, stderr).toBe(0);
    expect(stdout).toBe(`${USER}\n/home/${USER} kept\n${readlinkSync('/proc/self/ns/net')}\n`);
    const report = JSON.parse(readFileSync(file, 'utf8'));
    expect(report).toMatchObject({ isolation: { kind: 'host' }, method: { name: 'cgroup' } });
    expect(report.traffic.external.in.wireOctets).toBe(after['ipv4.in'][0] - before['ipv4.in'][0]);
    expect(report.command).not.toHaveProperty('user');
    expect(statSync(file).uid).toBe(uid);
  });

  test('and a namespace is joined by its name or a relative path, without sudo being typed', async () => {
    await using machine = await Machine.build(15);
    for (const netns of [machine.name, `../../run/netns/${machine.name}`]) {
      const line = `${METER} -q --netns ${netns} -- sh -c 'id -un; cat /sys/class/net/card0/operstate; ip -br link show card0 | cut -c1-5'`;
      const { status, stdout, stderr } = await asUser(line);
      expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: expect.stringMatching(`^${USER}\n`) });
      expect(stdout).toContain('card0');
    }
  });

  test('what is refused in place is refused through sudo too', async () => {
    const { status, stderr } = await asUser(`${METER} --in-place --deny 192.0.2.1 -- python3 -c 'import socket
try: socket.create_connection(("192.0.2.1", 80), 5)
except PermissionError: raise SystemExit(9)'`);
    expect(status, stderr).toBe(9);
  });

  test.each([
    ['sh -c "exit 7"', 7],
    ["sh -c 'kill -TERM $$'", 143],
    ['no-such-command', 127],
  ])('%s ends with %i', async (command, status) => {
    expect((await asUser(`${METER} -q -- ${command}`)).status).toBe(status);
  });

  test('a report where the user may not write is refused', async () => {
    const { status, stdout, stderr } = await asUser(`${METER} -q --report /root/report.json -- echo ran`);
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
    expect(stderr).toContain('/root/report.json cannot be written: permission denied');
  });

  test('limits in the kernel, destinations and rates go with it', async () => {
    await using wire = await Wire.lay(12);
    const traffic = (mode: string, address: string) =>
      `python3 ${program('traffic.py')} ${mode} ${address} ${wire.port} 1000000 2>/dev/null`;
    const file = join(folder, 'held.json');
    const { status } = await asUser(
      `${METER} -q --report ${file} --enforce --max-in 100kB --rate-limit 5MB/s --deny ${wire.ipv6} -- sh -c '${traffic('download', wire.ipv6)} || ${traffic('download', wire.ipv4)}'`,
    );
    expect(status).toBe(120);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      attempts: [{ address: wire.ipv6, packets: 1 }],
      budget: { verdict: 'exceeded', enforced: true },
    });
  });

  test.each([
    ['of more characters than a socket’s address has', () => join(folder, 'x'.repeat(120)), 0o777],
    ['that is missing', () => join(folder, 'missing'), undefined],
    ['that may not be written to', () => join(folder, 'shut'), 0o555],
  ])('a TMPDIR %s is no obstacle', async (_, path, mode) => {
    if (mode !== undefined) {
      mkdirSync(path());
      chmodSync(path(), mode);
    }
    const { status, stderr } = await asUser(`TMPDIR=${path()} ${METER} -q --isolation veth -- true`);
    expect(status, stderr).toBe(0);
  });

  test('a sudo that hangs is left at SIGTERM', async () => {
    // Found before the system's by nobody but this one: sudo is looked for where the system has it.
    const program = spawnSync('sh', ['-c', 'command -v sudo'], { encoding: 'utf8' }).stdout.trim();
    const script = `mount --bind ${folder}/hangs ${program} && exec setpriv --reuid ${uid} --regid ${uid} --clear-groups ${METER} -q --isolation veth -- true`;
    writeFileSync(join(folder, 'hangs'), '#!/bin/sh\n[ "$2" = true ] && exit 0\necho $$\nexec sleep 1000\n', {
      mode: 0o755,
    });
    chmodSync(join(folder, 'hangs'), 0o755);
    const job = spawn('unshare', ['--mount', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
    const gone = once(job, 'exit');
    const [hanging] = await once(job.stdout, 'data');
    job.kill('SIGTERM');
    expect(await gone).toEqual([143, null]);
    // It is root's, and would hang on.
    process.kill(Number(String(hanging)), 'SIGKILL');
  });

  test('a broken budget is said', async () => {
    await using wire = await Wire.lay(12);
    const { status } = await asUser(
      `${METER} -q --max-out 10 -- python3 ${program('traffic.py')} udp ${wire.ipv4} ${wire.port} 1`,
    );
    expect(status).toBe(120);
  });

  test('a configuration is run as the user, and never as root', async () => {
    const said = join(folder, 'who.txt');
    const config = join(folder, 'netmeter.config.cjs');
    writeFileSync(
      config,
      `require('node:fs').appendFileSync('${said}', process.geteuid() + ' '); module.exports = { max: { in: 5 }, warn: { connections: 7 } };`,
    );
    const file = join(folder, 'configured.json');
    const { status, stderr } = await asUser(`${METER} --config ${config} --report ${file} -- true`);
    expect(status, stderr).toBe(0);
    expect(readFileSync(said, 'utf8')).toBe(`${uid} `);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      isolation: { kind: 'veth' },
      budget: {
        limits: [
          { kind: 'in', limit: 5 },
          { kind: 'connections', level: 'warn', limit: 7 },
        ],
      },
    });
  });

  test('what is prepared for a run belongs to the user', async () => {
    const file = join(folder, 'prepared');
    const { status, stderr } = await asUser(`${METER} -q --runs 2 --prepare 'echo >>${file}' -- true`);
    expect(status, stderr).toBe(0);
    expect(statSync(file)).toMatchObject({ uid, size: 2 });
    const bySudo = await asUser(`sudo ${METER} -q --prepare 'echo >>${file}-root' -- true`);
    expect(bySudo.status, bySudo.stderr).toBe(0);
    expect(statSync(`${file}-root`).uid).toBe(uid);
  });

  test.each(['SIGTERM', 'SIGHUP', 'SIGUSR1'] as const)('%s is handed on', async (signal) => {
    const script = `trap 'echo got; exit 42' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`;
    const job = spawn(process.execPath, [NETMETER, '-q', '--', 'sh', '-c', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      uid,
      gid: uid,
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '', HOME: `/home/${USER}` },
    });
    const gone = once(job, 'exit');
    await once(job.stdout, 'data');
    job.kill(signal);
    const [said] = await once(job.stdout, 'data');
    expect([String(said), await gone]).toEqual(['got\n', [42, null]]);
  });

  /** A command that stays, and leaves a daemon in a session of its own; the traces know it by its odd number. */
  function start() {
    const command = ['sh', '-c', 'setsid sleep 1000.5 & echo up; exec sleep 1000.5'];
    return spawn(process.execPath, [NETMETER, '-q', '--grace', '0', '--', ...command], {
      stdio: ['ignore', 'pipe', 'inherit'],
      uid,
      gid: uid,
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '', HOME: `/home/${USER}` },
    });
  }

  test.each(['SIGTERM', 'SIGKILL'] as const)('nothing is left behind after %s', async (signal) => {
    const job = start();
    await once(job.stdout, 'data');
    // The command ends of the first; its daemon is waited for until a second.
    await signalUntilGone(job, signal);
    await expectNoTraces(clean);
  });

  test.each(Array.from({ length: 10 }, (_, step) => step * 25))(
    'nothing is left behind after SIGKILL %i ms after the start',
    async (ms) => {
      const job = start();
      const gone = once(job, 'exit');
      await letPass(ms);
      job.kill('SIGKILL');
      await gone;
      await expectNoTraces(clean);
    },
  );

  test('the terminal is the command’s, and ^C ends it once', async () => {
    using terminal = new Terminal();
    await terminal.shows(/^prompt:/);
    const become = `setpriv --reuid ${uid} --regid ${uid} --init-groups env HOME=/home/${USER}`;
    terminal.type(`${become} ${METER} -- ${process.execPath} ${program('count-interrupts.js')}`);
    await terminal.shows(/^ready$/m);
    terminal.press('C-c');
    await terminal.shows(/interrupts: 1$/m);
    terminal.press('Enter');
    await terminal.shows(/^in all: 1$/m);
    await terminal.shows(/\(exit 5/);
  });

  /** Starts a run, and stops a process of it that is root's. @returns how it ended */
  async function stopped(find: (pid: number) => number, file: string) {
    const command = 'echo up; sleep 1000.5 & read line; kill $!; exit 3';
    const become = ['--reuid', `${uid}`, '--regid', `${uid}`, '--init-groups', process.execPath, NETMETER];
    const words = [...become, '-q', '--wait', 'command', '--report', file, '--', 'bash', '-c', command];
    const child = spawn('setpriv', words, { stdio: ['pipe', 'pipe', 'pipe'], cwd: folder });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    await once(child.stdout, 'data');
    const pid = find(child.pid ?? 0);
    const all = descendants(child.pid ?? 0);
    process.kill(pid, 'SIGSTOP');
    const gone = once(child, 'exit');
    child.stdin.end('go\n');
    const [status] = await gone;
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // Its part has continued it, and it has ended.
    }
    await until('sudo and its part have ended', () => !all.some(lives));
    return { status, stderr, pid };
  }

  /** None of one that has ended meanwhile. */
  const children = (pid: number): number[] =>
    textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  const descendants = (pid: number): number[] => children(pid).flatMap((each) => [each, ...descendants(each)]);
  const wordsOf = (pid: number) => textOf(`/proc/${pid}/cmdline`).split('\0');
  const textOf = (file: string) => {
    try {
      return readFileSync(file, 'latin1');
    } catch {
      return '';
    }
  };

  test('the part of root’s that somebody has stopped is not waited for: the run is given up, and its command ended', async () => {
    const before = traces();
    const part = (own: number) => descendants(own).find((pid) => wordsOf(pid)[2] === '--netmeter-privileged-part') ?? 0;
    const { status, stderr, pid } = await stopped(part, join(folder, 'stopped.json'));
    expect(stderr).toContain(`process ${pid}, was stopped: the run is given up`);
    expect(status).toBe(125);
    // It goes on, finds nobody, and gives back.
    await expectNoTraces(before);
  });

  test('nor at its start, and sudo, which stops itself with it, does not stay', async () => {
    const before = traces();
    const become = ['--reuid', `${uid}`, '--regid', `${uid}`, '--init-groups', process.execPath, NETMETER];
    const child = spawn('setpriv', [...become, '-q', '--', 'sleep', '1000.5'], { stdio: 'ignore', cwd: folder });
    const gone = once(child, 'exit');
    let all: number[] = [];
    let part: number | undefined;
    while (part === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
      all = descendants(child.pid ?? 0);
      part = all.find((pid) => wordsOf(pid)[2] === '--netmeter-privileged-part');
    }
    process.kill(part, 'SIGSTOP');
    expect(await gone).toEqual([125, null]);
    process.kill(part, 'SIGCONT');
    await until('sudo and its part have ended', () => !all.some(lives));
    await expectNoTraces(before);
  });

  test('nor is sudo, once its part has reported the result', async () => {
    const before = traces();
    const file = join(folder, 'sudo-stopped.json');
    const { status } = await stopped((own) => children(own)[0] ?? 0, file);
    expect(status).toBe(3);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ command: { exit: { code: 3 } } });
    await expectNoTraces(before);
  });
});
