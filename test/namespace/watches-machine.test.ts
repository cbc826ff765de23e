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

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
