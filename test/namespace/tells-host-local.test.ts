import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Layers } from '../../src/measurement/traffic.js';
import { measured, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { Wire } from './wire.js';

/** What is left without headers: each segment has timestamps, and the SYN's options are 8 octets longer. */
const payload = ({ wireOctets, packets }: Layers, header: number, connections: number) =>
  (wireOctets ?? 0) - header * (packets ?? 0) - 8 * connections;

describePrivileged('traffic with this machine’s own addresses is told from what leaves it', () => {
  let wire: Wire;
  let server: ChildProcess;
  beforeAll(async () => {
    wire = await Wire.lay(7);
    // The same server, here on the host.
    server = spawn('python3', [program('far-end.py'), wire.device, `${wire.port}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (server.stdout) await once(server.stdout, 'data');
  });
  afterAll(async () => {
    server?.kill('SIGKILL');
    await wire?.[Symbol.asyncDispose]();
  });

  const traffic = (mode: string, address: string, count: number) =>
    `python3 ${program('traffic.py')} ${mode} ${address} ${wire.port} ${count}`;

  test.each([
    ['IPv4', 52, () => wire.near4],
    ['IPv6', 72, () => wire.near6],
  ] as const)('%s, by the address of another link', async (_, header, address) => {
    const { report } = await measured(['sh', '-euc', traffic('requests', address(), 200)]);
    const { external, hostLocal } = report.traffic;
    expect([external.in.wireOctets, external.out.wireOctets]).toEqual([0, 0]);
    expect(hostLocal && payload(hostLocal.in, header, 200)).toBe(200 * 500);
  });

  test('by the gateway, whose address the environment tells', async () => {
    const { report } = await measured(['sh', '-euc', traffic('udp', '$NETMETER_HOST', 30)]);
    expect(report.traffic.external.out.wireOctets).toBe(0);
    expect(report.traffic.hostLocal?.out).toMatchObject({ wireOctets: 30 * 1028, packets: 30 });
  });

  test('beside what leaves, each is counted alone', async () => {
    const script = `${traffic('udp', wire.near4, 20)}; ${traffic('udp', wire.ipv4, 10)}; ${traffic('loopback', '127.0.0.1', 5000)}`;
    const { report } = await measured(['sh', '-euc', script]);
    expect(report.traffic.external.out).toMatchObject({ wireOctets: 10 * 1028, packets: 10 });
    expect(report.traffic.hostLocal?.out).toMatchObject({ wireOctets: 20 * 1028, packets: 20 });
    expect(report.traffic.loopback.in.wireOctets).toBeGreaterThan(5000);
  });
});
