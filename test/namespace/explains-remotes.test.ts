import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import type { RemoteRow } from '../../src/measurement/remotes.js';
import { measured, NETMETER, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { Wire } from './wire.js';

const TRAFFIC = program('traffic.py');

const rowOf = ({ remotes }: Measurement, address: string, port: number | null, protocol = 'tcp') =>
  remotes?.rows.find((row) => row.address === address && row.port === port && row.protocol === protocol);

/** Rows, others and the rest must be what the wire carried, to the octet. */
function expectSum({ remotes, traffic: { external } }: Measurement): void {
  if (!remotes) throw new Error('remotes were not counted');
  for (const way of ['in', 'out'] as const) {
    const parts = [
      ...remotes.rows.map(({ wireOctets }) => wireOctets),
      remotes.others.wireOctets,
      remotes.unattributed,
    ];
    const sum = parts.reduce((total, part) => total + (part[way] ?? Number.NaN), 0);
    expect(sum).toBe(external[way].wireOctets);
  }
}

describePrivileged('each remote is reported with its share', () => {
  let wire: Wire;
  let other: Wire;
  beforeAll(async () => {
    wire = await Wire.lay(21);
    other = await Wire.lay(22);
  });
  afterAll(async () => {
    await wire?.[Symbol.asyncDispose]();
    await other?.[Symbol.asyncDispose]();
  });

  const traffic = (mode: string, address: string, count: number) =>
    `python3 ${TRAFFIC} ${mode} ${address} 7000 ${count}`;

  test('bulk, small requests and datagrams, both families: payload exact, and the rows sum up to the wire', async () => {
    const { report, stderr } = await measured([
      'sh',
      '-euc',
      `${traffic('download', wire.ipv4, 5_000_000)}; ${traffic('upload', wire.ipv6, 3_000_000)}
       ${traffic('requests', other.ipv4, 30)}; ${traffic('udp', other.ipv6, 40)}`,
    ]);
    expectSum(report);
    expect(report.remotes?.unattributed, stderr).toEqual({ in: 0, out: 0 });
    const tcp = { role: 'client', names: [], firstSeenMs: expect.any(Number), lastSeenMs: expect.any(Number) };
    expect(rowOf(report, wire.ipv4, 7000)).toMatchObject({
      ...tcp,
      payloadOctets: { out: 'get 5000000\n'.length },
      connections: 1,
      attempts: 1,
    });
    // The server may send a segment twice, which is on the wire.
    expect(rowOf(report, wire.ipv4, 7000)?.payloadOctets.in).toBeGreaterThanOrEqual(5_000_000);
    expect(rowOf(report, wire.ipv4, 7000)?.payloadOctets.in).toBeLessThan(5_100_000);
    expect(rowOf(report, wire.ipv6, 7000)).toMatchObject({
      ...tcp,
      connections: 1,
    });
    // What had to be retransmitted is payload too, once more.
    const sent = 3_000_000 + 'put 3000000\n'.length;
    const again = (report.protocol.tcp.retransmittedSegments ?? 0) * (1500 - 72);
    const reported = rowOf(report, wire.ipv6, 7000)?.payloadOctets.out ?? 0;
    expect(reported).toBeGreaterThanOrEqual(sent);
    expect(reported).toBeLessThanOrEqual(sent + again);
    expect(rowOf(report, other.ipv4, 7000)).toMatchObject({
      ...tcp,
      payloadOctets: { in: 30 * 500, out: 30 * 208 },
      connections: 30,
      attempts: 30,
    });
    expect(rowOf(report, other.ipv6, 7000, 'udp')).toMatchObject({
      payloadOctets: { in: 0, out: 40_000 },
      wireOctets: { in: 0, out: 40 * 1048 },
      connections: null,
    });
    expect(report.remotes?.rows).toHaveLength(4);
  });

  test('two bulk remotes get what the wire carried of each: the headers are divided rightly', async () => {
    const before = [await wire.totals(), await other.totals()];
    const { report } = await measured([
      'sh',
      '-euc',
      `${traffic('download', wire.ipv4, 8_000_000)} & ${traffic('download', other.ipv4, 2_000_000)}; wait`,
    ]);
    const after = [await wire.totals(), await other.totals()];
    for (const [index, address] of [wire.ipv4, other.ipv4].entries()) {
      const truth = (after[index]?.['ipv4.in'][0] ?? 0) - (before[index]?.['ipv4.in'][0] ?? 0);
      const reported = rowOf(report, address, 7000)?.wireOctets.in ?? 0;
      // Where a last segment is not full, its header may be booked with the other remote's.
      expect(Math.abs(reported - truth) / truth).toBeLessThan(0.0005);
    }
    expectSum(report);
  });

  test('what crosses in fragments, as pings or refused is there too', async () => {
    const { report } = await measured([
      'sh',
      '-uc',
      `${traffic('fragments', wire.ipv4, 20)}; python3 ${TRAFFIC} requests ${wire.ipv4} 7001 1; true`,
    ]);
    expectSum(report);
    expect(report.remotes?.unattributed).toEqual({ in: 0, out: 0 });
    expect(rowOf(report, wire.ipv4, 7001)).toMatchObject({ connections: 0, attempts: 1 });
  });

  test('nothing was spoken with nobody', async () => {
    const { report } = await measured(['true']);
    expect(report.remotes).toEqual({
      evidence: 'kernel-counters',
      rows: [],
      others: { remotes: 0, isComplete: true, wireOctets: { in: 0, out: 0 } },
      unattributed: { in: 0, out: 0 },
      payloadOctets: { in: 0, out: 0 },
    });
  });

  test('who opens connections to a published port is reported with the command’s port', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    const file = join(folder, 'report.json');
    const words = ['-q', '--report', file, '-p', '7315:7000', '--', 'python3', program('far-end.py'), 'lo', '7000'];
    const job = spawn(process.execPath, [NETMETER, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      if (job.stdout) await once(job.stdout, 'data');
      wire.inServer(`python3 ${TRAFFIC} requests ${wire.near4} 7315 5`);
      const gone = once(job, 'exit');
      job.kill('SIGTERM');
      await gone;
      const report = JSON.parse(readFileSync(file, 'utf8')) as Measurement;
      expectSum(report);
      const row: Partial<RemoteRow> = {
        role: 'server',
        connections: 5,
        attempts: 5,
        payloadOctets: { in: 5 * 208, out: 5 * 500 },
      };
      expect(rowOf(report, wire.ipv4, 7000)).toMatchObject(row);
      expect(rowOf(report, wire.ipv4, 7000)?.tcp).toMatchObject({ closed: 5, retransmittedOctets: expect.any(Number) });
    } finally {
      job.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });

  test('10 000 short connections are 10 000', async () => {
    const { report } = await measured(['sh', '-euc', traffic('requests', wire.ipv4, 10_000)]);
    const { connections = 0, payloadOctets } = rowOf(report, wire.ipv4, 7000) ?? {};
    // What a busy machine sends twice is on the wire: an answer to a SYN, or data.
    expect(connections).toBeGreaterThanOrEqual(10_000);
    expect(connections).toBeLessThan(10_020);
    expect(payloadOctets?.in).toBeGreaterThanOrEqual(10_000 * 500);
    expect(payloadOctets?.out).toBeGreaterThanOrEqual(10_000 * 208);
    expectSum(report);
  });

  test('100 000 remotes break nothing: the largest are reported, the others summed up', async () => {
    wire.inServer('ip -6 route add local fd77:21:1::/64 dev lo');
    const spray = `
import socket
sender = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
for number in range(100_000):
    sender.sendto(b"d" * (1000 if number % 1000 == 7 else 10), (f"fd77:21:1::{number >> 16:x}:{number & 65535:x}", 7000))
`;
    execFileSync('ip', ['-6', 'route', 'add', 'fd77:21:1::/64', 'via', wire.ipv6]);
    const { report } = await measured(['python3', '-c', spray], ['--linger', '10s']);
    expectSum(report);
    const { rows = [], others } = report.remotes ?? {};
    expect(rows).toHaveLength(1000);
    // A set that must grow faster than the kernel can refuses new elements for a moment: they are among the others.
    const reported = (others?.remotes ?? 0) + rows.length;
    expect(reported).toBeGreaterThan(50_000);
    if (reported < 100_000) expect(others?.isComplete).toBe(false);
    const large = rows.filter(({ wireOctets }) => wireOctets.out === 1048);
    expect(large.length).toBeGreaterThan(50);
    expect(rows.slice(0, large.length).every(({ wireOctets: w }) => (w.out ?? 0) + (w.in ?? 0) >= 1048)).toBe(true);
  });
});
