import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TRACE_BLIND_SPOTS } from '../../src/attribution/bypasses/blind-spots.js';
import { program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { type Reported, traced } from './traced.js';
import { Wire } from './wire.js';

const COUNT = 123_456;
const nothing = { in: 0, out: 0 };
const line = (verb: string) => `${verb} ${COUNT}\n`.length;

describePrivileged('each process is reported with its own bytes', () => {
  let wire: Wire;
  /** The same server at this machine's own loopback. */
  let near: ChildProcess;

  beforeAll(async () => {
    wire = await Wire.lay(7);
    near = spawn('python3', [program('far-end.py'), 'lo', `${wire.port}`], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (near.stdout) await once(near.stdout, 'data');
  });
  afterAll(async () => {
    near.kill('SIGKILL');
    await wire[Symbol.asyncDispose]();
  });

  const payload = (how: string, address: string, count = COUNT) =>
    traced(['python3', program('payload.py'), how, address, `${wire.port}`, `${count}`]);

  test.each(['send', 'sendmsg', 'write', 'writev', 'sendfile', 'splice'])('sent by %s', async (how) => {
    for (const address of [wire.ipv4, wire.ipv6]) {
      const reported = await payload(how, address);
      expect(reported.payload).toEqual({
        external: { in: 0, out: COUNT + line('put') },
        loopback: nothing,
        unplaced: nothing,
      });
      expect(reported.remotes).toMatchObject([
        { side: 'connected', protocol: 'tcp', address, port: wire.port, out: COUNT + line('put'), connections: 1 },
      ]);
    }
    const reported = await payload(how, '127.0.0.1');
    expect(reported.payload).toEqual({
      external: nothing,
      loopback: { in: 0, out: COUNT + line('put') },
      unplaced: nothing,
    });
  });

  test.each(['recv', 'recvmsg', 'read', 'readv', 'peek', 'discard', 'half-closed'])('received by %s', async (how) => {
    for (const address of [wire.ipv4, wire.ipv6]) {
      const reported = await payload(how, address);
      expect(reported.payload.external).toEqual({ in: COUNT, out: line('get') });
      expect(reported.payload.unplaced).toEqual(nothing);
    }
    const reported = await payload(how, '::1');
    expect(reported.payload).toEqual({
      external: nothing,
      loopback: { in: COUNT, out: line('get') },
      unplaced: nothing,
    });
  });

  test('sent by MPTCP, whose remote is known later', async ({ skip }) => {
    const words = [program('payload.py'), 'multipath', '127.0.0.1', `${wire.port}`, '1'];
    skip(spawnSync('python3', words).status === 75, 'this kernel has no MPTCP');
    for (const address of [wire.ipv4, wire.ipv6]) {
      const reported = await payload('multipath', address);
      expect(reported.payload).toEqual({
        external: { in: 0, out: COUNT + line('put') },
        loopback: nothing,
        unplaced: nothing,
      });
      expect(reported.remotes.find(({ protocol }) => protocol === 'mptcp')).toMatchObject({
        ...{ side: 'connected', address, port: wire.port, out: COUNT + line('put') },
      });
    }
  });

  test('what is spliced out of a socket is not seen, and said so', async () => {
    const reported = await payload('splice-in', wire.ipv4);
    expect(reported.payload.external).toEqual({ in: 0, out: line('get') });
    expect(TRACE_BLIND_SPOTS.join()).toContain('splice');
  });

  /** The rows that moved anything: depth and bytes out. */
  const movers = ({ processes }: Reported) =>
    processes
      .filter(({ payload }) => payload.external.out + payload.loopback.out > 0)
      .map(({ depth, name, payload }) => [depth, name, payload.external.out + payload.loopback.out]);
  const put = COUNT + line('put');

  test.each([
    ['threads, as one process', 'threads', [[0, 'python3', 5 * put]]],
    ['a fork without a program of its own', 'fork', [[1, 'python3', put]]],
    ['a process that nobody waits for', 'daemon', [[2, 'python3', put]]],
    ['a thread that becomes the process by executing', 'execute-in-thread', [[0, 'python3', put]]],
  ])('%s', async (_, how, rows) => {
    const reported = await payload(how, wire.ipv4);
    expect(movers(reported)).toEqual(rows);
    expect(reported.payload.external.out).toBe(rows.reduce((sum, [, , out]) => sum + Number(out), 0));
    expect(reported.lostEvents).toBe(0);
  });

  test('a shell’s children, in the order of the tree', async () => {
    const [python, node] = [`python3 ${program('payload.py')} send`, `node ${program('put.js')}`];
    const reported = await traced([
      'sh',
      '-c',
      `${python} ${wire.ipv4} ${wire.port} 1000; (${node} ${wire.ipv4} ${wire.port} 2000; ${python} 127.0.0.1 ${wire.port} 3000; true); true`,
    ]);
    expect(reported.processes.map(({ depth, name }) => [depth, name])).toEqual([
      [0, 'sh'],
      [1, 'python3'],
      [1, 'sh'],
      [2, 'node'],
      [2, 'python3'],
    ]);
    const [shell, first, subshell, second, third] = reported.processes;
    expect([first?.parent, subshell?.parent]).toEqual([shell?.pid, shell?.pid]);
    expect([second?.parent, third?.parent]).toEqual([subshell?.pid, subshell?.pid]);
    expect(first?.payload.external).toEqual({ in: 0, out: 1000 + 'put 1000\n'.length });
    expect(second?.payload.external).toEqual({ in: 0, out: 2000 + 'put 2000\n'.length });
    expect(third?.payload.loopback).toEqual({ in: 0, out: 3000 + 'put 3000\n'.length });
    expect(third?.startedMs).toBeGreaterThanOrEqual(second?.endedMs ?? Number.NaN);
    expect(shell?.endedMs).toBeGreaterThanOrEqual(third?.endedMs ?? Number.NaN);
  });

  test('programs and command lines', async () => {
    const put = ['python3', program('payload.py'), 'later', wire.ipv4, `${wire.port}`, '1000'];
    const command = ['sh', '-c', '/bin/true; "$@"; true', 'sh', ...put];
    const reported = await traced(command);
    expect(reported.processes.map(({ name, file }) => [name, file])).toEqual([
      ['sh', expect.stringMatching(/\/sh$/)],
      ['python3', expect.stringMatching(/\/python3$/)],
    ]);
    expect(reported.idleProcesses).toBeGreaterThanOrEqual(1);
    const words = [command, put].map(([, ...words]) => words);
    expect(reported.processes.map(({ commandLine }) => commandLine?.slice(1))).toEqual(words);
  });

  test('datagrams have no place, but a process', async () => {
    const reported = await payload('datagrams', wire.ipv4, 20_000);
    expect(reported.processes).toMatchObject([{ payload: { external: nothing, unplaced: { in: 0, out: 20_000 } } }]);
  });

  test('a server’s accepted connections, by its own port', async () => {
    const clients = 40;
    // Both ends are the command's: each has its own row.
    const client = `exec 3<>/dev/tcp/127.0.0.1/$port; printf 0123456789 >&3; read -rN 20 -u 3; exec 3>&-`;
    const serving = `python3 ${program('payload.py')} serve 127.0.0.1 0 ${clients}`;
    const reported = await traced([
      'bash',
      '-c',
      `${serving} | { read -r port; for i in {1..${clients}}; do ${client}; done; }`,
    ]);
    const server = reported.processes.find(({ name }) => name === 'python3');
    expect(server?.payload).toEqual({
      external: nothing,
      loopback: { in: 10 * clients, out: 20 * clients },
      unplaced: nothing,
    });
    expect(reported.remotes.filter(({ side }) => side === 'accepted')).toMatchObject([
      { pid: server?.pid, address: '127.0.0.1', in: 10 * clients, out: 20 * clients, connections: clients },
    ]);
    expect(reported.payload.loopback).toEqual({ in: 30 * clients, out: 30 * clients });
  });

  test('more short processes than the kernel keeps at once are all counted', async () => {
    const count = 1500;
    const most = { ended: 400, pairs: 400 };
    // Each moves a byte in and six out.
    const child = `exec 3<>/dev/tcp/${wire.ipv4}/${wire.port}; echo get 1 >&3; read -rN 1 -u 3`;
    const reported = await traced(['bash', '-c', `for ((i = 0; i < ${count}; i++)); do (${child}); done`], { most });
    const children = reported.processes.filter(({ depth }) => depth === 1);
    const { otherProcesses: others } = reported;
    expect(reported.lostEvents).toBe(0);
    expect(children.length + others.processes).toBe(count);
    expect(
      new Set(
        children.map(({ payload: { external }, tcpConnects }) => `${external.in} ${external.out} ${tcpConnects}`),
      ),
    ).toEqual(new Set(['1 6 1']));
    expect(reported.payload).toEqual({ external: { in: count, out: 6 * count }, loopback: nothing, unplaced: nothing });
    expect(reported.remotes).toHaveLength(1000);
    const { remotes, ...sums } = reported.otherRemotes;
    expect(sums).toEqual({ in: count - 1000, out: 6 * (count - 1000), connections: count - 1000 });
    // Those that found the map full, on a busy machine, are in the sums alone.
    expect(remotes).toBeGreaterThan(0);
    expect(remotes).toBeLessThanOrEqual(count - 1000);
  });

  test('what else netmeter starts is not the command’s', async () => {
    const words = [program('payload.py'), 'send', wire.ipv4, `${wire.port}`, `${COUNT}`];
    const meanwhile = async () => {
      const beside = await runToEnd('python3', words);
      expect(beside).toMatchObject({ status: 0, stderr: '' });
    };
    const reported = await traced(['sleep', '1'], { meanwhile });
    expect(reported.processes).toMatchObject([{ depth: 0, name: 'sleep' }]);
    expect(reported.payload).toEqual({ external: nothing, loopback: nothing, unplaced: nothing });
  });

  test('a machine that has no time for netmeter loses nothing', async () => {
    const count = 300_000;
    const reported = await traced(
      ['python3', program('payload.py'), 'flood', '127.0.0.1', `${wire.port}`, `${count}`],
      {
        meanwhile: async () => {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4000);
        },
      },
    );
    expect(reported.payload.unplaced).toEqual({ in: 0, out: 10 * count });
    expect(reported.lostEvents).toBe(0);
  });
});
