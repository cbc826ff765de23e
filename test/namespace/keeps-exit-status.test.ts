import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measured, NETMETER, netmeter, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once, WAIT_MS } from '../wait.js';
import { Wire } from './wire.js';

describePrivileged('the exit status is the command’s', () => {
  test.each([
    ['exit 0', 0],
    ['exit 1', 1],
    ['exit 37', 37],
    ['exit 255', 255],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
    ['kill -HUP $$', 129],
  ])('%s ends with %i', async (script, status) => {
    expect((await netmeter(['-q', '--', 'sh', '-c', script])).status).toBe(status);
  });

  test('a command that died of ^C makes netmeter die of it, so that the shell’s loop ends', async () => {
    expect((await netmeter(['-q', '--', 'sh', '-c', 'kill -INT $$'])).signal).toBe('SIGINT');
  });

  test.each([
    ['not found', ['no-such-command-here'], 127, 'command not found'],
    ['not found by path', ['/no/such/file'], 127, 'command not found'],
    ['a folder', ['/tmp'], 126, 'is a folder'],
  ])('%s', async (_, command, status, message) => {
    const ended = await netmeter(['--', ...command]);
    expect(ended).toMatchObject({ status, stdout: '' });
    expect(ended.stderr).toContain(message);
  });

  test('not executable', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    const file = join(folder, 'plain');
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o644);
    expect((await netmeter(['--', file])).status).toBe(126);
    rmSync(folder, { recursive: true });
  });

  test.each([['--isolation', 'veth'], ['--in-place']])(
    'what the kernel does not execute, with %s',
    async (...where) => {
      const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
      const file = join(folder, 'script');
      writeFileSync(file, '#!/no/such/interpreter\n', { mode: 0o755 });
      const ended = await netmeter([...where, '--', file]);
      expect(ended).toMatchObject({ status: 127, stdout: '' });
      expect(ended.stderr).toContain('the interpreter that it names was not found');
      rmSync(folder, { recursive: true });
    },
  );

  test.each(['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGINT'] as const)('%s is handed on', async (signal) => {
    const script = `trap 'echo got; exit 42' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`;
    const child = spawn(process.execPath, [NETMETER, '-q', '--', 'sh', '-c', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill(signal);
    const [said] = await once(child.stdout, 'data');
    expect([String(said), await ended]).toEqual(['got\n', [42, null]]);
  });

  test('stdin, stdout and stderr are the command’s own; the summary goes to stderr', async () => {
    const ended = await runToEnd('sh', [
      '-c',
      `printf 'a\\0b' | ${process.execPath} ${NETMETER} -- cat | od -c | head -1`,
    ]);
    expect(ended.stdout).toMatch(/a {2}\\0 {3}b/);
    expect(ended.stderr).toMatch(/^netmeter: cat \(exit 0/);
  });

  test('arguments and environment arrive as they were given', async () => {
    const words = ['1e3', '0x10', '--max-in', '', 'a b', '$HOME', '*', '--', '-q', '"\'\\'];
    const ended = await netmeter(['-q', '--', 'printf', '[%s]', ...words]);
    expect(ended.stdout).toBe(words.map((word) => `[${word}]`).join(''));
    const env = { PATH: process.env['PATH'] ?? '', 'npm_config.dotted': 'x', 'BASH_FUNC_f%%': '() { :; }' };
    const plain = await runToEnd('env', ['-0'], { env });
    const metered = await netmeter(['-q', '--', 'env', '-0'], { env });
    expect(metered.stdout.split('\0').filter((entry) => !/^NETMETER_(RUN|HOST)=/.test(entry))).toEqual(
      plain.stdout.split('\0'),
    );
  });

  test('the soft limit of open files is the one that netmeter was started with', async () => {
    const ended = await runToEnd('sh', [
      '-c',
      `ulimit -Sn 777; ulimit -Sn; ${process.execPath} ${NETMETER} -q -- sh -c 'ulimit -Sn'; :`,
    ]);
    expect(ended.stdout).toBe('777\n777\n');
  });
});

describePrivileged('a budget', () => {
  const python = (mode: string, wire: Wire, bytes: number) => [
    'python3',
    program('traffic.py'),
    mode,
    wire.ipv4,
    `${wire.port}`,
    `${bytes}`,
  ];

  test('is judged on the wire octets and decides the status of a command that succeeded', async () => {
    await using wire = await Wire.lay(2);
    const { report } = await measured(python('download', wire, 100_000));
    const used = report.traffic.external.in.wireOctets ?? 0;
    const within = await netmeter(['--max-in', '200kB', '--', ...python('download', wire, 100_000)]);
    expect(within).toMatchObject({ status: 0 });
    expect(within.stderr).toContain('✔ in ');
    const exceeded = await netmeter(['--max-in', '100000', '--', ...python('download', wire, 100_000)]);
    expect(used).toBeGreaterThan(100_000);
    expect(exceeded.status).toBe(120);
    expect(exceeded.stderr).toContain('✘ in ');
    const chosen = await netmeter([
      '-q',
      '--max-total',
      '1',
      '--budget-exit-code',
      '9',
      '--',
      ...python('download', wire, 1000),
    ]);
    expect(chosen.status).toBe(9);
    const failing = await netmeter([
      '-q',
      '--max-in',
      '1',
      '--',
      'sh',
      '-c',
      `${python('download', wire, 1000).join(' ')}; exit 5`,
    ]);
    expect(failing.status).toBe(5);
  });

  test('of 0 is kept by a command that only uses loopback', async () => {
    const ended = await netmeter([
      '--max-total',
      '0',
      '--',
      'python3',
      program('traffic.py'),
      'loopback',
      '127.0.0.1',
      '0',
      '1000000',
    ]);
    expect(ended.status).toBe(0);
  });

  test('with --kill ends the command at the breach', async () => {
    await using wire = await Wire.lay(2);
    const script = `${python('download', wire, 1_000_000).join(' ')}; sleep 1000`;
    const { status, report } = await measured(
      ['sh', '-c', script],
      ['--kill', '--max-in', '500kB', '--interval', '100ms'],
    );
    expect(status).toBe(120);
    expect(report.budget).toMatchObject({ verdict: 'exceeded', ended: true });
  });

  test.each(['download', 'upload'])('with --kill the kernel refuses a %s that ignores SIGTERM', async (mode) => {
    await using wire = await Wire.lay(2);
    // Each of them is another connection. It ends by itself when nothing moves any more: one transfer may be cut off in the middle.
    const transfer = `python3 ${program('traffic.py')} ${mode} ${wire.ipv4} ${wire.port} 2000000 2>/dev/null`;
    const job = `trap '' TERM; refused=0; while [ $refused -lt 3 ]; do
      if ${transfer}; then refused=0; else refused=$((refused + 1)); fi; done; echo refused`;
    const { status, report, stdout, stderr } = await measured(
      ['sh', '-c', job],
      ['--kill', '--max-total', '2MB', '--interval', '100ms', '--grace', `${WAIT_MS}ms`],
    );
    expect(status, stderr).toBe(120);
    expect(stdout).toBe('refused\n');
    expect(report.budget).toMatchObject({ verdict: 'exceeded', ended: true });
  });
});
