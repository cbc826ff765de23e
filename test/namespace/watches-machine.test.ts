import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseRecord } from '../../src/watch/records/parse-record.js';
import type { SampleRecord } from '../../src/watch/records/record.js';
import { NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once, until } from '../wait.js';
import { Machine } from './machine.js';
import { Wire } from './wire.js';

const TRAFFIC = program('traffic.py');
/** A frame of ARP counts as this many octets at a device; a transfer needs a few. */
const ARP = 28;

const lastOf = (path: string): SampleRecord | undefined => {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const parsed = parseRecord(lines.at(-1) ?? '');
  return parsed.kind === 'record' ? parsed.record : undefined;
};

describePrivileged('a watch beside a server', () => {
  test.each([
    ['small requests', 'requests', 300],
    ['a bulk transfer to it', 'upload', 20_000_000],
    ['a bulk transfer from it', 'download', 20_000_000],
  ])('%s: the total is what the wire carried', async (_, mode, count) => {
    await using wire = await Wire.lay(5);
    // Neighbour discovery is in Ip6's octets, even where it is not listened to, and the capture leaves it out.
    wire.inServer('sysctl -qw net.ipv6.conf.far.disable_ipv6=1');
    execFileSync('sysctl', ['-qw', `net.ipv6.conf.${wire.device}.disable_ipv6=1`]);
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    try {
      const path = join(folder, 'w.ndjson');
      const words = ['netns', 'exec', wire.namespace, process.execPath, NETMETER, 'watch', '--interval', '50ms'];
      const meter = spawn('ip', [...words, '--quiet', '--out', path], { stdio: ['ignore', 'inherit', 'inherit'] });
      const closed = once(meter, 'close');
      await until('the first line is written', () => readOr(path).includes('\n'));
      const before = await wire.totals();
      await runToEnd('python3', [TRAFFIC, mode, wire.ipv4, `${wire.port}`, `${count}`]);
      const after = await wire.totals();
      meter.kill('SIGTERM');
      expect(await closed).toEqual([0, null]);
      const total = lastOf(path)?.total;
      // The capture sees it as the command does, which is at the other end.
      const truth = (way: 'in' | 'out') => (after[`ipv4.${way}`][0] ?? 0) - (before[`ipv4.${way}`][0] ?? 0);
      const [received, sent] = [truth('out'), truth('in')];
      expect(received + sent).toBeGreaterThan(100_000);
      expect(total).toMatchObject({ in: { unknown: 0 }, out: { unknown: 0 } });
      const offIn = Math.abs(Number(total?.in.octets) - received);
      const offOut = Math.abs(Number(total?.out.octets) - sent);
      expect(offIn).toBeLessThanOrEqual(Number(total?.in.errorBound));
      expect(offOut).toBeLessThanOrEqual(Number(total?.out.errorBound) + 10 * ARP);
      // Far inside the bound: what the headers of usual segments make.
      expect(offIn).toBeLessThan(received * 0.001 + 1);
      expect(offOut).toBeLessThan(sent * 0.001 + 10 * ARP);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describePrivileged('a watch beside a container', () => {
  test('what the machine and the container exchange has a line of its own', async () => {
    await using machine = await Machine.build(47);
    const inner = `${machine.name}-inner`;
    machine.shell(`
      ip netns add ${inner}
      ip -n ${machine.name} link add br0 type bridge mcast_snooping 0
      ip -n ${machine.name} link add port0 type veth peer name eth0 netns ${inner}
      ip -n ${machine.name} link set port0 master br0 up
      ip -n ${machine.name} addr add 198.51.100.9/29 dev br0; ip -n ${machine.name} link set br0 up
      ip -n ${inner} addr add 198.51.100.10/29 dev eth0; ip -n ${inner} link set eth0 up`);
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    try {
      const path = join(folder, 'w.ndjson');
      const words = [NETMETER, 'watch', '--interval', '50ms', '--out', path];
      const meter = machine.start(process.execPath, words);
      const closed = once(meter, 'close');
      await until('the first line is written', () => readOr(path).includes('\n'));
      const send = `import socket
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(20): link.sendto(bytes(1000), ("198.51.100.9", 7000))`;
      expect((await runToEnd('ip', ['netns', 'exec', inner, 'python3', '-c', send])).status).toBe(0);
      const received = () => Number(lastOf(path)?.counters.dev['br0']?.counters['rxBytes'] ?? 0);
      await until('all of it is in the records', () => received() > 20_000);
      expect(lastOf(path)?.beside).toEqual(['br0']);
      meter.kill('SIGTERM');
      expect(await closed).toEqual([0, null]);
      const { stdout } = await runToEnd(process.execPath, [NETMETER, 'watch', '--report', path]);
      expect(stdout).toMatch(/^ +in +0 B /m);
      expect(stdout).toMatch(/^ +uncounted br0: 2\d \d{3} B in, [\d ]+ B out/m);
    } finally {
      rmSync(folder, { recursive: true });
      machine.shell(`ip netns del ${inner}`);
    }
  });
});

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
