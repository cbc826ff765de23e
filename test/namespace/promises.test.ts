import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement.js';
import { NETMETER, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { traces } from './leftovers.js';

/** What every isolation promises; each has bounds of its own in the tests of its name. */
type Isolation = {
  readonly words: readonly string[];
  readonly user: 'root' | 'plain' | 'sudoer';
  /** The command is in a loopback of its own. */
  readonly ownLoopback: boolean;
};

const JOINED = 'netmeter-joined';
const IDLE = ['--baseline-idle', '0'];
const ISOLATIONS: Readonly<Record<string, Isolation>> = {
  veth: { words: ['--isolation', 'veth'], user: 'root', ownLoopback: true },
  'veth through sudo': { words: ['--isolation', 'veth'], user: 'sudoer', ownLoopback: true },
  'user-mode': { words: ['--isolation', 'user-mode'], user: 'plain', ownLoopback: true },
  offline: { words: ['--isolation', 'offline'], user: 'root', ownLoopback: true },
  'offline as a user': { words: ['--isolation', 'offline'], user: 'plain', ownLoopback: true },
  host: { words: ['--isolation', 'host', ...IDLE], user: 'root', ownLoopback: false },
  'host as a user': { words: ['--isolation', 'host', ...IDLE], user: 'plain', ownLoopback: false },
  join: { words: ['--netns', JOINED, ...IDLE], user: 'root', ownLoopback: true },
};

const USERS = { plain: 'netmeter-plain', sudoer: 'netmeter-sudoer' } as const;
const PORT = 7711;

describePrivileged('every isolation keeps the promises', () => {
  let tunMode: number;
  let folder: string;
  const ids = new Map<string, number>([['root', 0]]);
  beforeAll(() => {
    for (const [kind, name] of Object.entries(USERS)) {
      spawnSync('useradd', ['--create-home', '--shell', '/bin/sh', name]);
      ids.set(kind, Number(spawnSync('id', ['-u', name], { encoding: 'utf8' }).stdout));
    }
    writeFileSync(`/etc/sudoers.d/${USERS.sudoer}`, `${USERS.sudoer} ALL=(ALL) NOPASSWD: ALL\n`, { mode: 0o440 });
    tunMode = statSync('/dev/net/tun').mode;
    chmodSync('/dev/net/tun', 0o666);
    spawnSync('ip', ['netns', 'add', JOINED]);
    spawnSync('ip', ['-n', JOINED, 'link', 'set', 'lo', 'up']);
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    chmodSync(folder, 0o777);
  });
  afterAll(() => {
    rmSync(`/etc/sudoers.d/${USERS.sudoer}`);
    for (const name of Object.values(USERS)) spawnSync('userdel', ['--remove', name]);
    chmodSync('/dev/net/tun', tunMode & 0o777);
    spawnSync('ip', ['netns', 'del', JOINED]);
    rmSync(folder, { recursive: true });
  });

  describe.each(Object.entries(ISOLATIONS))('%s', (_, { words, user, ownLoopback }) => {
    const start = (options: readonly string[], command: readonly string[]) => {
      const uid = ids.get(user) ?? 0;
      return spawn(process.execPath, [NETMETER, ...words, '-q', ...options, '--', ...command], {
        stdio: ['pipe', 'pipe', 'pipe'],
        cwd: '/',
        uid,
        gid: uid,
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', SPECIAL: 'x y' },
      });
    };
    const run = async (command: readonly string[], options: readonly string[] = [], input = '') => {
      const job = start(options, command);
      let stdout = '';
      let stderr = '';
      job.stdout.on('data', (data) => {
        stdout += data;
      });
      job.stderr.on('data', (data) => {
        stderr += data;
      });
      job.stdin.end(input);
      const [status, signal] = await once(job, 'close');
      return { status, signal, stdout, stderr };
    };

    test.each([
      ['exit 0', 0],
      ['exit 37', 37],
      ['kill -TERM $$', 143],
      ['kill -KILL $$', 137],
    ])('keeps the exit status: %s', async (script, status) => {
      const ended = await run(['sh', '-c', script]);
      expect(ended.status, ended.stderr).toBe(status);
    });

    test('keeps what is not found', async () => {
      expect((await run(['no-such-command'])).status).toBe(127);
    });

    test.each(['SIGTERM', 'SIGUSR1'] as const)('hands %s on', async (signal) => {
      const script = `trap 'echo got; exit 42' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`;
      const job = start([], ['sh', '-c', script]);
      const gone = once(job, 'exit');
      await once(job.stdout, 'data');
      job.kill(signal);
      const [said] = await once(job.stdout, 'data');
      expect([String(said), await gone]).toEqual(['got\n', [42, null]]);
    });

    test('keeps arguments, environment, folder and standard input', async () => {
      const script = 'printf "[%s]" "$@"; env | grep SPECIAL; pwd; cat';
      const { stdout } = await run(['sh', '-c', script, 'sh', '1e3', '', 'a b', '--', '-q'], [], 'from stdin');
      expect(stdout).toBe('[1e3][][a b][--][-q]SPECIAL=x y\n/\nfrom stdin');
    });

    test('keeps the user', async () => {
      const uid = ids.get(user) ?? 0;
      expect((await run(['sh', '-c', 'id -u; id -g'])).stdout).toBe(`${uid}\n${uid}\n`);
    });

    test('counts nothing external for loopback alone, and a budget of 0 is not broken by it', async () => {
      const file = join(folder, `${user}-${words.join('')}.json`.replaceAll(/[^\w.-]/g, ''));
      const traffic = ['python3', program('traffic.py'), 'loopback', '127.0.0.1', '0', '200000'];
      const ended = await run(traffic, ['--report', file]);
      const { traffic: counted } = JSON.parse(readFileSync(file, 'utf8')) as Measurement;
      expect(ended.status, ended.stderr).toBe(0);
      expect(counted.loopback.in.ipOctets).toBeGreaterThan(200_000);
      // The host's own network may be used by others meanwhile.
      if (ownLoopback) expect([counted.external.in.wireOctets, counted.external.out.wireOctets]).toEqual([0, 0]);
    });

    test('reaches a service on the host’s 127.0.0.1 when asked, and not when not', async () => {
      const service = spawn('python3', [program('far-end.py'), 'lo', `${PORT}`], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      try {
        await once(service.stdout, 'data');
        const traffic = ['python3', program('traffic.py'), 'requests', '127.0.0.1', `${PORT}`, '3'];
        const asked = await run(traffic, ['--host-port', `${PORT}`]);
        expect(asked.status, asked.stderr).toBe(0);
        expect((await run(traffic)).status).toBe(ownLoopback ? 1 : 0);
      } finally {
        service.kill('SIGKILL');
      }
    });

    test('leaves nothing behind, even after SIGKILL', async () => {
      const before = traces();
      const job = start(['--grace', '0'], ['sh', '-c', 'setsid sleep 1000.5 & echo up; exec sleep 1000.5']);
      const gone = once(job, 'exit');
      await once(job.stdout, 'data');
      job.kill('SIGKILL');
      await gone;
      await expect.poll(() => traces().filter((trace) => !before.includes(trace)), { timeout: 10_000 }).toEqual([]);
    });
  });

  test.each([
    [['--isolation', 'offline', '-p', '80:80'], 'nothing gets into an offline namespace'],
    [['--isolation', 'host', '-p', '80:81'], 'cannot be another one'],
    [['--netns', JOINED, '-p', '80:80'], 'has its own way in'],
  ])('%j is refused with the cure', async (words, message) => {
    const job = spawn(process.execPath, [NETMETER, ...words, '--', 'true'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    job.stderr.on('data', (data) => {
      stderr += data;
    });
    const [status] = await once(job, 'close');
    expect(status).toBe(125);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(message);
  });
});
