import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { expectNoTraces, traces } from './leftovers.js';
import { quieten } from './quiet.js';
import { Wire } from './wire.js';

/** What every isolation promises; each has bounds of its own in the tests of its name. */
type Isolation = {
  readonly words: readonly string[];
  readonly user: 'root' | 'plain' | 'sudoer';
  /** The command is in a loopback of its own. */
  readonly ownLoopback: boolean;
  /** Nothing leads outside. */
  readonly isOffline?: true;
};

const JOINED = 'netmeter-joined';
const IDLE = ['--baseline-idle', '0'];
const ISOLATIONS: Readonly<Record<string, Isolation>> = {
  veth: { words: ['--isolation', 'veth'], user: 'root', ownLoopback: true },
  'veth through sudo': { words: ['--isolation', 'veth'], user: 'sudoer', ownLoopback: true },
  'user-mode': { words: ['--isolation', 'user-mode'], user: 'plain', ownLoopback: true },
  offline: { words: ['--isolation', 'offline'], user: 'root', ownLoopback: true, isOffline: true },
  'offline as a user': { words: ['--isolation', 'offline'], user: 'plain', ownLoopback: true, isOffline: true },
  host: { words: ['--isolation', 'host', ...IDLE], user: 'root', ownLoopback: false },
  'host as a user': { words: ['--isolation', 'host', ...IDLE], user: 'plain', ownLoopback: false },
  join: { words: ['--netns', JOINED, ...IDLE], user: 'root', ownLoopback: true },
};

const USERS = { plain: 'netmeter-plain', sudoer: 'netmeter-sudoer' } as const;
const PORT = 7711;
const NAME = 'promised.example';
const ANSWER = '203.0.113.99';

describePrivileged('every isolation keeps the promises', () => {
  let tunMode: number;
  let folder: string;
  /** From this host, and from the namespace that is joined. */
  let wires: readonly [Wire, Wire];
  let nameServers: readonly ChildProcess[];
  const ids = new Map<string, number>([['root', 0]]);
  beforeAll(async () => {
    wires = [await Wire.lay(24), await Wire.lay(25)];
    nameServers = wires.map((wire) => {
      const words = ['netns', 'exec', wire.namespace, 'python3', program('name-server.py'), wire.ipv4, NAME, ANSWER];
      return spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    });
    for (const server of nameServers) if (server.stdout) await once(server.stdout, 'data');
    for (const [kind, name] of Object.entries(USERS)) {
      spawnSync('useradd', ['--create-home', '--shell', '/bin/sh', name]);
      ids.set(kind, Number(spawnSync('id', ['-u', name], { encoding: 'utf8' }).stdout));
    }
    writeFileSync(`/etc/sudoers.d/${USERS.sudoer}`, `${USERS.sudoer} ALL=(ALL) NOPASSWD: ALL\n`, { mode: 0o440 });
    tunMode = statSync('/dev/net/tun').mode;
    chmodSync('/dev/net/tun', 0o666);
    spawnSync('ip', ['netns', 'add', JOINED]);
    spawnSync('sh', ['-euc', quieten(JOINED)]);
    spawnSync('ip', ['-n', JOINED, 'link', 'set', 'lo', 'up']);
    const [{ ipv4 }, { device, near4, near6, ipv4: joined4 }] = wires;
    spawnSync('ip', ['link', 'set', device, 'netns', JOINED]);
    for (const words of [
      `addr add ${near4}/30 dev ${device}`,
      `addr add ${near6}/64 dev ${device} nodad`,
      `link set ${device} up`,
    ])
      spawnSync('ip', ['-n', JOINED, ...words.split(' ')]);
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, 'resolv.conf'), `nameserver ${ipv4}\n`);
    mkdirSync(`/etc/netns/${JOINED}`, { recursive: true });
    writeFileSync(`/etc/netns/${JOINED}/resolv.conf`, `nameserver ${joined4}\n`);
  });
  afterAll(async () => {
    for (const server of nameServers ?? []) server.kill('SIGKILL');
    for (const wire of wires ?? []) await wire[Symbol.asyncDispose]();
    rmSync(`/etc/netns/${JOINED}`, { recursive: true });
    rmSync(`/etc/sudoers.d/${USERS.sudoer}`);
    for (const name of Object.values(USERS)) spawnSync('userdel', ['--remove', name]);
    chmodSync('/dev/net/tun', tunMode & 0o777);
    spawnSync('ip', ['netns', 'del', JOINED]);
    rmSync(folder, { recursive: true });
  });

  describe.each(Object.entries(ISOLATIONS))('%s', (_, { words, user, ownLoopback, isOffline = false }) => {
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

    /** Runs it where the host's resolv.conf is the test's own. */
    const runResolving = async (command: readonly string[], options: readonly string[]) => {
      const uid = ids.get(user) ?? 0;
      const become = uid === 0 ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
      const line = `mount --bind ${folder}/resolv.conf "$(readlink -f /etc/resolv.conf)" && cd / && exec "$@"`;
      const call = [process.execPath, NETMETER, ...words, '-q', ...options, '--', ...command];
      return runToEnd('unshare', ['--mount', 'sh', '-c', line, 'sh', ...become, ...call]);
    };
    const isJoined = words.includes(JOINED);
    // The machine's own veth pairs lead nowhere outside: host isolation counts a wire where that is the only way out.
    const isElsewhere = isJoined || !ownLoopback;
    const wireOf = () => wires[isElsewhere ? 1 : 0];
    const runOnWire = (command: readonly string[], options: readonly string[]) => {
      if (ownLoopback) return run(command, options);
      const uid = ids.get(user) ?? 0;
      const become = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
      const call = [...become, process.execPath, NETMETER, ...words, '-q', ...options, '--', ...command];
      return runToEnd('ip', ['netns', 'exec', JOINED, ...call]);
    };

    test.skipIf(isOffline)('resolves names as the host does', async () => {
      const lookUp = `import socket; print(socket.gethostbyname("${NAME}"))`;
      const { stdout, stderr } = await runResolving(['python3', '-c', lookUp], []);
      expect(stdout, stderr).toBe(`${ANSWER}\n`);
    });

    test.skipIf(isOffline)('is accurate within the bound that it states, against the far end of the wire', async () => {
      const wire = wireOf();
      const file = join(folder, `accurate-${user}-${words.join('')}.json`.replaceAll(/[^\w.-]/g, ''));
      const traffic = (mode: string, address: string, count: number) =>
        `python3 ${program('traffic.py')} ${mode} ${address} 7000 ${count}`;
      const load = `${traffic('download', wire.ipv4, 2_000_000)}; ${traffic('requests', wire.ipv4, 20)}; ${traffic('upload', wire.ipv4, 500_000)}`;
      const before = await wire.totals();
      const ended = await runOnWire(['sh', '-euc', load], ['--report', file]);
      const after = await wire.totals();
      expect(ended.status, ended.stderr).toBe(0);
      const { traffic: counted, method } = JSON.parse(readFileSync(file, 'utf8')) as Measurement;
      for (const way of ['in', 'out'] as const) {
        const truth =
          after[`ipv4.${way}`][0] - before[`ipv4.${way}`][0] + after[`ipv6.${way}`][0] - before[`ipv6.${way}`][0];
        const { wireOctets } = counted.external[way];
        if (wireOctets === null || method.errorBound[way] === null) throw new Error(`${way} is unknown`);
        const off = wireOctets - truth;
        expect(Math.abs(off), `${way}: ${wireOctets} for ${truth}`).toBeLessThanOrEqual(method.errorBound[way]);
      }
    });

    test('names the host inside', async () => {
      const script = 'echo "$NETMETER_HOST"; getent hosts host.netmeter.internal || true';
      // Where the name is asked for, by somebody who says at once that there is none.
      const runIt = ownLoopback ? run : runResolving;
      const { stdout } = await runIt(['sh', '-c', script], ['--host-port', `${PORT}`]);
      // The host needs no other name for itself.
      expect(stdout).toMatch(ownLoopback ? /^\S+\n\S+ +host\.netmeter\.internal\n/ : /^127\.0\.0\.1\n$/);
    });

    // That of a command that ends by itself is among the arguments, below.
    test.each([
      ['kill -TERM $$', 143],
      ['kill -KILL $$', 137],
    ])('keeps the exit status: %s', async (script, status) => {
      const ended = await run(['sh', '-c', script]);
      expect(ended.status, ended.stderr).toBe(status);
    });

    test('keeps what is not found', async () => {
      expect((await run(['no-such-command'])).status).toBe(127);
    });

    test('hands signals on', async () => {
      const traps = `trap 'echo TERM' TERM; trap 'echo USR1; exit 42' USR1`;
      const job = start([], ['sh', '-c', `${traps}; echo ready; while :; do sleep 0.05; done`]);
      const gone = once(job, 'exit');
      const said = [];
      for (const signal of ['SIGTERM', 'SIGUSR1', undefined] as const) {
        said.push(`${(await once(job.stdout, 'data'))[0]}`);
        if (signal) job.kill(signal);
      }
      expect([said, await gone]).toEqual([
        ['ready\n', 'TERM\n', 'USR1\n'],
        [42, null],
      ]);
    });

    test('keeps arguments, environment, folder, standard input, user and exit status', async () => {
      const uid = ids.get(user) ?? 0;
      const script = 'printf "[%s]" "$@"; env | grep SPECIAL; pwd; id -u; id -g; cat; exit 37';
      const { stdout, status } = await run(['sh', '-c', script, 'sh', '1e3', '', 'a b', '--', '-q'], [], 'from stdin');
      expect(stdout).toBe(`[1e3][][a b][--][-q]SPECIAL=x y\n/\n${uid}\n${uid}\nfrom stdin`);
      expect(status).toBe(37);
    });

    test('runs in a folder that was removed', async () => {
      const uid = ids.get(user) ?? 0;
      const become = ['--reuid', `${uid}`, '--regid', `${uid}`, '--clear-groups'];
      const script = 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$@"';
      const call = [process.execPath, NETMETER, ...words, '-q', '--', '/bin/echo', 'ran'];
      const { status, stdout, stderr } = await runToEnd('setpriv', [...become, 'sh', '-c', script, 'sh', ...call]);
      expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: 'ran\n' });
    });

    test('counts nothing external for loopback alone, and a budget of 0 is not broken by it', async () => {
      const file = join(folder, `${user}-${words.join('')}.json`.replaceAll(/[^\w.-]/g, ''));
      const traffic = ['python3', program('traffic.py'), 'loopback', '127.0.0.1', '0', '200000'];
      const ended = await run(traffic, ['--report', file]);
      const { traffic: counted } = JSON.parse(readFileSync(file, 'utf8')) as Measurement;
      expect(ended.status, ended.stderr).toBe(0);
      expect(counted.loopback.in.ipOctets).toBeGreaterThan(200_000);
      // A namespace with a way out that others share may be used by them meanwhile.
      if (ownLoopback && !isJoined)
        expect([counted.external.in.wireOctets, counted.external.out.wireOctets]).toEqual([0, 0]);
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
      await expectNoTraces(before);
    });
  });

  test.each([
    [['--isolation', 'offline', '--allow', '192.0.2.7'], 'Offline everything is refused anyway'],
    [['--isolation', 'offline', '-p', '80:80'], 'an offline namespace cannot be reached'],
    [['--isolation', 'host', '-p', '80:81'], 'cannot be mapped to another one'],
    [['--netns', JOINED, '-p', '80:80'], 'cannot publish ports of a namespace that it did not make'],
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
