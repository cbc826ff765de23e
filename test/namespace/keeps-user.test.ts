import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NETMETER, netmeter, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { expectNoTraces, traces } from './leftovers.js';

const USER = 'netmeter-test';
const variables = ['sh', '-c', 'echo $HOME $USER $LOGNAME $SHELL'];
const identity = ['sh', '-c', 'id -un; id -gn; id -Gn'];

describePrivileged('the command runs as whom it should', () => {
  beforeAll(() => {
    spawnSync('useradd', ['--create-home', '--groups', 'games', '--shell', '/bin/sh', USER]);
  });
  afterAll(() => {
    spawnSync('userdel', ['--remove', USER]);
  });

  test('root stays root', async () => {
    expect((await netmeter(['-q', '--', 'id', '-un'], { env: { PATH: process.env['PATH'] ?? '' } })).stdout).toBe(
      'root\n',
    );
  });

  test('--user takes its groups along', async () => {
    const ended = await netmeter(['-q', '--user', USER, '--', ...identity]);
    expect(ended.stdout).toBe(`${USER}\n${USER}\n${USER} games\n`);
  });

  test.each([
    ['veth', []],
    ['host', ['--in-place', '--baseline-idle', '0']],
    ['join', ['--netns', '/proc/self/ns/net', '--baseline-idle', '0']],
  ])('nothing that the environment names is loaded by what has root’s rights still: %s', async (_, where) => {
    // The loader says of each process which file it looks for.
    const env = { ...process.env, LD_DEBUG: 'files' };
    const { stdout, stderr } = await netmeter(['-q', ...where, '--user', USER, '--', 'printenv', 'LD_DEBUG'], { env });
    expect(stdout).toBe('files\n');
    const programs = [...stderr.matchAll(/initialize program: (\S+)/g)].map(([, program = '']) => basename(program));
    expect(programs.filter((program) => !['node', 'env'].includes(program))).toEqual(['printenv']);
  });

  test('--user NAME:GROUP and bare numbers', async () => {
    expect((await netmeter(['-q', '--user', `${USER}:games`, '--', 'id', '-gn'])).stdout).toBe('games\n');
    expect((await netmeter(['-q', '--user', '54321:54322', '--', 'sh', '-c', 'id -u; id -G'])).stdout).toBe(
      '54321\n54322\n',
    );
  });

  test('--user brings its own HOME, USER, LOGNAME and SHELL', async () => {
    const env = { ...process.env, HOME: '/elsewhere', USER: 'root', LOGNAME: 'root', SHELL: '/bin/other' };
    const inPlace = ['--in-place', '--baseline-idle', '0'];
    for (const where of [[], inPlace]) {
      const ended = await netmeter(['-q', ...where, '--user', USER, '--', ...variables], { env });
      expect(ended.stdout).toBe(`/home/${USER} ${USER} ${USER} /bin/sh\n`);
    }
    const prepared = await netmeter(
      ['-q', '--user', USER, '--runs', '1', '--prepare', 'echo $HOME >&2', '--', 'true'],
      { env },
    );
    expect(prepared.stderr).toContain(`/home/${USER}\n`);
    const number = await netmeter(['-q', '--user', '54321:54322', '--', ...variables], { env });
    expect(number.stdout).toBe('/ /bin/sh\n');
  });

  test('the command is looked for with the account’s own rights, not with root’s', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    writeFileSync(join(folder, 'id'), '#!/bin/sh\necho from a folder of root\n', { mode: 0o755 });
    try {
      const env = { PATH: `${folder}:${process.env['PATH']}` };
      expect((await netmeter(['-q', '--user', USER, '--', 'id', '-un'], { env })).stdout).toBe(`${USER}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('an unknown user is an error before anything starts', async () => {
    const ended = await netmeter(['--user', 'nobody-like-this', '--', 'id']);
    expect(ended).toMatchObject({ status: 125, stdout: '' });
    expect(ended.stderr).toContain("no user 'nobody-like-this'");
  });

  test('under sudo it is the caller, unless --user root', async () => {
    let keep = 'sudo';
    const sudo = (...words: string[]) => {
      const line = [process.execPath, NETMETER, '-q', ...words].map((word) => `'${word}'`).join(' ');
      spawnSync('sh', ['-c', `echo '${USER} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/${USER}`]);
      return runToEnd('su', [USER, '-c', `${keep} ${line}`]);
    };
    try {
      expect((await sudo('--', 'sh', '-c', 'id -un; id -Gn')).stdout).toBe(`${USER}\n${USER} games\n`);
      expect((await sudo('--user', 'root', '--', 'id', '-un')).stdout).toBe('root\n');
      expect((await sudo('--', ...variables)).stdout).toBe(`/home/${USER} ${USER} ${USER} /bin/sh\n`);
      expect((await sudo('--user', 'root', '--', ...variables)).stdout).toMatch(/^\/root root root /);
      // What sudo was configured to keep stays.
      keep = 'HOME=/kept sudo --preserve-env=HOME';
      expect((await sudo('--', ...variables)).stdout).toBe(`/kept ${USER} ${USER} /bin/sh\n`);
    } finally {
      spawnSync('rm', ['-f', `/etc/sudoers.d/${USER}`]);
    }
  });

  test('an ordinary user reads what is missing', async () => {
    const ended = await runToEnd('su', [USER, '-c', `'${process.execPath}' '${NETMETER}' --isolation veth -- true`]);
    expect(ended.status).toBe(125);
    expect(ended.stderr).toMatch(/needs root\n[\s\S]*sudo netmeter/);
  });

  test.each([
    ['--enforce --max-in 5MB', /--enforce: not available here/, '--kill'],
    ['--allow a.example', /--allow: not available here/, '--isolation offline'],
    ['--in-place --deny 192.0.2.1', /--deny: the command cannot be held back in place/, 'It needs root'],
    ['--in-place --deny a.example', /--deny: names cannot be used in place/, 'Give addresses'],
  ])('and of no option that was not given: %s', async (options, message, cure) => {
    const ended = await runToEnd('su', [USER, '-c', `'${process.execPath}' '${NETMETER}' ${options} -- true`]);
    expect(ended.status).toBe(125);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toContain(cure);
    const given = options.split(' ');
    for (const option of ['--allow', '--deny', '--enforce', '--rate-limit', '--netns', '--isolation host'])
      if (!given.includes(option)) expect(ended.stderr).not.toContain(option);
  });

  test('it dies with netmeter although it changed its user', async () => {
    const before = traces();
    const words = [NETMETER, '-q', '--user', USER, '--', 'sh', '-c', 'echo up; exec sleep 1000.5'];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const gone = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await gone;
    await expectNoTraces(before);
  });
});
