import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Layers } from '../../src/measurement/traffic.js';
import { measured, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { HeldJob } from './relays.js';
import { Wire } from './wire.js';

/** What is left without headers: each segment has timestamps, and the SYN's options are 8 octets longer. */
const payload = ({ wireOctets, packets }: Layers, header: number, connections: number) =>
  (wireOctets ?? 0) - header * (packets ?? 0) - 8 * connections;

describePrivileged('traffic with this machine’s own addresses is distinguished from what leaves it', () => {
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

  test('by the gateway, whose address the environment has', async () => {
    const { report } = await measured(['sh', '-euc', traffic('udp', '$NETMETER_HOST', 30)]);
    expect(report.traffic.external.out.wireOctets).toBe(0);
    expect(report.traffic.hostLocal?.out).toMatchObject({ wireOctets: 30 * 1028, packets: 30 });
  });

  test.each([
    ['IPv4', '203.0.113.249', 32, 28],
    ['IPv6', 'fd77:7:7::1', 128, 48],
  ] as const)('an address that this machine gets during the run is its own, %s', async (_, address, length, header) => {
    using job = new HeldJob();
    const led = `ip route get ${address} | grep -q 'dev nmh'`;
    const script = `${job.line}; until ${led}; do sleep 0.02; done; ${traffic('udp', address, 20)}`;
    const running = measured(['sh', '-euc', script]);
    await job.running();
    const ip = (verb: string) => execFileSync('ip', ['addr', verb, `${address}/${length}`, 'dev', wire.device]);
    ip('add');
    job.goOn();
    try {
      const { report } = await running;
      expect(report.traffic.external.out.wireOctets).toBe(0);
      expect(report.traffic.hostLocal?.out).toMatchObject({ wireOctets: 20 * (1000 + header), packets: 20 });
    } finally {
      ip('del');
    }
  });

  test('an address that this machine loses during the run is no more its own', async () => {
    using job = new HeldJob();
    const address = '203.0.113.249';
    const ip = (verb: string) => execFileSync('ip', ['addr', verb, `${address}/32`, 'dev', wire.device]);
    ip('add');
    const led = `ip route get ${address} | grep -q 'dev nmh'`;
    const running = measured(['sh', '-euc', `${led}; ${job.line}; while ${led}; do sleep 0.02; done; echo no more`]);
    await job.running();
    ip('del');
    job.goOn();
    const { stdout, stderr } = await running;
    expect(stdout, stderr).toContain('no more');
  });

  test.each([
    ['IPv4', '-4', () => wire.ipv4],
    ['IPv6', '-6', () => wire.ipv6],
  ] as const)(
    '%s: what a root job routes elsewhere over that link gets nowhere, and is named',
    async (_, family, far) => {
      using job = new HeldJob();
      const gateway = `ip ${family} route show dev nmh | sed -n 's/.* via \\([^ ]*\\).*/\\1/p' | head -n 1`;
      const reroute = `via=$(${gateway}); ip ${family} route replace ${far()} via "$via" dev nmh`;
      const ask = `python3 ${program('traffic.py')} requests ${far()} ${wire.port} 1 && echo reached`;
      const running = measured(['sh', '-uc', `${reroute}; ${job.line}; ${ask}; ${traffic('udp', far(), 2)}; true`]);
      await job.running();
      const links = readdirSync('/sys/class/net').filter((name) => /^nm\d+h$/.test(name));
      // As on a machine that forwards by default: Docker's, say.
      for (const link of links) {
        const key = family === '-4' ? `ipv4/conf/${link}/forwarding` : `ipv6/conf/${link}/force_forwarding`;
        writeFileSync(`/proc/sys/net/${key}`, '1');
      }
      job.goOn();
      const { report, stdout, stderr } = await running;
      expect(stdout, stderr).not.toContain('reached');
      expect(report.traffic.external.out.wireOctets).toBe(0);
      expect(report.traffic.hostLocal?.out.packets).toBeGreaterThan(1);
      expect(report.warnings).toContainEqual({
        code: 'HOST_LINK_ASTRAY',
        message: expect.stringMatching(
          `^[2-9] packets to elsewhere were refused on the link to this host, .*: ${far()}$`,
        ),
      });
    },
  );

  test('beside what leaves, each is counted alone', async () => {
    const script = `${traffic('udp', wire.near4, 20)}; ${traffic('udp', wire.ipv4, 10)}; ${traffic('loopback', '127.0.0.1', 5000)}`;
    const { report } = await measured(['sh', '-euc', script]);
    expect(report.traffic.external.out).toMatchObject({ wireOctets: 10 * 1028, packets: 10 });
    expect(report.traffic.hostLocal?.out).toMatchObject({ wireOctets: 20 * 1028, packets: 20 });
    expect(report.traffic.loopback.in.wireOctets).toBeGreaterThan(5000);
  });
});
