import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import type { ProcessUse } from '../../src/measurement/processes.js';
import { measured, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { until } from '../wait.js';
import { Machine } from './machine.js';
import { Wire } from './wire.js';

type Reported = Exclude<ProcessUse, { evidence: 'none' }>;

function reported({ processes }: Measurement): Reported {
  if (!processes || processes.evidence === 'none') throw new Error(`nothing is reported: ${processes?.reason}`);
  return processes;
}

/** Payload, headers and the rest must be what the wire carried, to the octet. */
function expectSum(report: Measurement): void {
  const { balance, processes, otherProcesses, unowned, unplacedIsExternal } = reported(report);
  for (const way of ['in', 'out'] as const) {
    const { wireOctets, payloadOctets, overheadOctets, retransmittedOctets, unattributedOctets } = balance[way];
    expect(wireOctets).toBe(report.traffic.external[way].wireOctets);
    const beyond = (overheadOctets ?? 0) + (retransmittedOctets ?? 0);
    expect(payloadOctets + beyond + (unattributedOctets ?? Number.NaN)).toBe(wireOctets);
    const rows = [...processes, otherProcesses, { payload: unowned }];
    const sum = rows.reduce(
      (total, { payload }) => total + payload.external[way] + (unplacedIsExternal ? payload.unplaced[way] : 0),
      0,
    );
    expect(sum).toBe(payloadOctets);
  }
}

describePrivileged('each process is reported with its share, and all of them explain the wire’s octets', () => {
  let wire: Wire;
  let other: Wire;
  let site: ChildProcess;
  beforeAll(async () => {
    wire = await Wire.lay(26);
    other = await Wire.lay(27);
    const words = [
      'netns',
      'exec',
      other.namespace,
      'python3',
      '-m',
      'http.server',
      '--directory',
      '/etc/alternatives',
      '8000',
    ];
    site = spawn('ip', words, { stdio: 'ignore' });
    await until('the site listens', () => other.listens(8000));
  });
  afterAll(async () => {
    site?.kill('SIGKILL');
    await wire?.[Symbol.asyncDispose]();
    await other?.[Symbol.asyncDispose]();
  });

  const traffic = (mode: string, address: string, count: number) =>
    `python3 ${program('traffic.py')} ${mode} ${address} 7000 ${count}`;
  const payload = (how: string, address: string, count: number) =>
    `python3 ${program('payload.py')} ${how} ${address} 7000 ${count}`;

  /** External payload by the number of bytes that each moved, whoever it was. */
  const moved = (report: Measurement) =>
    reported(report)
      .processes.map(({ payload: { external } }) => [external.in, external.out])
      .filter(([incoming = 0, out = 0]) => incoming + out > 0)
      .sort(([a = 0], [b = 0]) => b - a);

  test('more remotes than have rows: the tables and limits of processes stay', async () => {
    wire.inServer('ip -6 route add local fd77:26:1::/64 dev lo');
    execFileSync('ip', ['-6', 'route', 'add', 'fd77:26:1::/64', 'via', wire.ipv6]);
    const spray = `
import socket, time
sender = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
for number in range(1200):
    sender.sendto(b"d" * 100, (f"fd77:26:1::{number:x}", 7000))
    time.sleep(0.0002)
`;
    const options = ['--by', 'process', '--max-process', 'python3*=100kB'];
    const { report, status, stderr } = await measured(['python3', '-c', spray], options);
    expect(report.remotes?.rows, stderr).toHaveLength(1000);
    expect(report.budget?.limits).toMatchObject([{ kind: 'process', used: 120_000, verdict: 'exceeded' }]);
    expect(status).toBe(120);
    expect(stderr).toMatch(/^ {2}remotes +\[fd77:26:1::/m);
    expect(stderr).toMatch(/^ {2}processes python3 -c .* 0 B in +120 kB out$/m);
    expectSum(report);
  });

  test('node, python, curl and a shell’s children, byte for byte', async () => {
    const node = `${process.execPath} -e '
      const socket = require("node:net").connect(7000, "${wire.ipv4}", () => socket.end("put 40000\\n" + "n".repeat(40000)));
      socket.resume()'`;
    const curl = `curl -sS -o /dev/null http://${other.ipv4}:8000/`;
    const script = `${traffic('download', wire.ipv4, 1_000_000)}; ${traffic('upload', other.ipv6, 300_000)}; ${node}; ( ${payload('sendfile', wire.ipv4, 20_000)} ) & wait; ${curl}`;
    const { report, stderr } = await measured(['sh', '-euc', script]);
    expectSum(report);
    expect(reported(report).lostEvents).toBe(0);
    const all = moved(report);
    expect(all, stderr).toContainEqual([1_000_000, 'get 1000000\n'.length]);
    expect(all).toContainEqual([0, 300_000 + 'put 300000\n'.length]);
    expect(all).toContainEqual([0, 40_000 + 'put 40000\n'.length]);
    expect(all).toContainEqual([0, 20_000 + 'put 20000\n'.length]);
    // What curl's server said is known by who counted the packets.
    const web = report.remotes?.rows.find(({ port }) => port === 8000)?.payloadOctets;
    expect(all).toContainEqual([web?.in, web?.out]);
    // What was sent twice, and no more, is left unexplained, where the kernel's notes do not say it.
    const { in: incoming, out } = reported(report).balance;
    expect(out.unattributedOctets).toBe(0);
    expect(incoming.unattributedOctets).toBeGreaterThanOrEqual(0);
    expect(incoming.unattributedOctets).toBeLessThan(50_000);
  });

  test('loopback and this machine’s own addresses are distinguished', async () => {
    const { report } = await measured([
      'sh',
      '-euc',
      `${traffic('loopback', '127.0.0.1', 50_000)}; ${traffic('requests', wire.ipv4, 2)}`.replace(
        '7000 50000',
        '0 50000',
      ),
    ]);
    expectSum(report);
    const all = reported(report).payload;
    expect(all.external).toEqual({ in: 1000, out: 416 });
    expect(all.loopback).toEqual({ in: 50_000 + 'get 50000\n'.length - 'get 50000\n'.length, out: 50_000 });
  });

  test('datagrams are outside where they are all that the wire carried of them', async () => {
    const { report } = await measured([
      'sh',
      '-euc',
      `${traffic('udp', wire.ipv4, 30)}; ${traffic('udp', wire.ipv6, 10)}`,
    ]);
    expectSum(report);
    expect(reported(report).unplacedIsExternal).toBe(true);
    expect(reported(report).balance.out).toMatchObject({
      payloadOctets: 40_000,
      overheadOctets: 30 * 28 + 10 * 48,
      unattributedOctets: 0,
    });
  });

  test('what a raw socket sends and receives is payload, not headers', async () => {
    const { report, stderr } = await measured(['python3', program('ping.py'), wire.ipv4, '10'], ['--by', 'process']);
    expectSum(report);
    const { in: incoming, out } = reported(report).balance;
    // Its own header of ICMP is the program's; received, that of IP too.
    expect(out, stderr).toMatchObject({ payloadOctets: 10_080, overheadOctets: 200, unattributedOctets: 0 });
    expect(incoming).toMatchObject({ payloadOctets: 10_280, overheadOctets: 0, unattributedOctets: 0 });
  });

  test('what the count is blind to stays unattributed', async () => {
    const { report } = await measured(['sh', '-euc', payload('splice-in', wire.ipv4, 80_000)]);
    expectSum(report);
    const { in: incoming } = reported(report).balance;
    expect(incoming.payloadOctets + (incoming.unattributedOctets ?? 0)).toBe(80_000);
    expect(incoming.unattributedOctets).toBeGreaterThan(0);
  });

  const NO_RING = 'this kernel refuses io_uring';
  const ringWorks = spawnSync('python3', [program('ring.py'), 'own', '127.0.0.1', '9', '0']).status !== 75;

  test('an io_uring that the program itself drives, byte for byte', async ({ skip }) => {
    skip(!ringWorks, NO_RING);
    const { report } = await measured(['python3', program('ring.py'), 'own', wire.ipv4, '7000', '300000']);
    expectSum(report);
    expect(moved(report)).toEqual([[0, 300_000 + 'put 300000\n'.length]]);
    expect(reported(report).balance.out.unattributedOctets).toBe(0);
  });

  test.for(['worker', 'polled'])(
    'an io_uring driven by a kernel thread (%s), which is the process’ own',
    async (how, { skip }) => {
      skip(!ringWorks, NO_RING);
      const { report } = await measured(['python3', program('ring.py'), how, wire.ipv4, '7000', '300000']);
      expectSum(report);
      expect(moved(report)).toEqual([[0, 300_000 + 'put 300000\n'.length]]);
      expect(reported(report).balance.out.unattributedOctets).toBe(0);
    },
  );

  test('the summary has the table when it is asked for, and the command its start when not', async () => {
    const script = ['sh', '-euc', `${traffic('requests', wire.ipv4, 3)}; ${traffic('download', wire.ipv4, 100_000)}`];
    const asked = await measured(script, ['--by', 'process']);
    expect(asked.stderr).toMatch(/processes +python3.*\(\d+\) +1\.5 kB in +624 B out/);
    expect(asked.stderr).toMatch(/overhead +[\d.]+ kB in/);
    // How many segments that takes is the kernel’s affair.
    expect(asked.stderr).toMatch(/^ {2}remotes +\S+:7000 +1\d\d kB in/m);
  });

  test('in host isolation: the command’s own sockets alone, though others use the network', async () => {
    await using machine = await Machine.build(28);
    const other = machine.start('sh', [
      '-c',
      `echo up; exec python3 ${program('traffic.py')} download ${machine.far4} 7000 3000000`,
    ]);
    const { report } = await machine.measure(`python3 ${program('traffic.py')} download ${machine.far4} 7000 200000`);
    other.kill('SIGKILL');
    expect(reported(report).payload.external).toEqual({ in: 200_000, out: 'get 200000\n'.length });
    const { external } = report.traffic;
    expect(report.remotes).toMatchObject({ evidence: 'kernel-counters', unattributed: { in: 0, out: 0 } });
    expect(report.remotes?.rows).toMatchObject([
      {
        address: machine.far4,
        port: 7000,
        payloadOctets: { out: 11 },
        wireOctets: { in: external.in.wireOctets, out: external.out.wireOctets },
        tcp: { closed: 1, retransmittedOctets: 0 },
      },
    ]);
    // What came twice crossed twice.
    const { retransmittedOctets } = reported(report).balance.in;
    expect(report.remotes?.rows[0]?.payloadOctets.in).toBe(200_000 + (retransmittedOctets ?? Number.NaN));
    expectSum(report);
  });
});
