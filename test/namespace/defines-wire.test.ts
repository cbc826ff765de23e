import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measured, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { Wire } from './wire.js';

/** IP and UDP headers of IPv4. */
const HEADERS = 28;

describePrivileged('the wire is where the command’s namespace ends, whatever this machine does behind it', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await Wire.lay(45);
  });
  afterAll(() => wire?.[Symbol.asyncDispose]());

  const octetsOf = async (script: string) => {
    const { report, stderr } = await measured(['sh', '-euc', script]);
    expect(report.command.exit, stderr).toEqual({ kind: 'code', code: 0 });
    const { in: incoming, out } = report.traffic.external;
    const dropped = report.warnings.find(({ code }) => code === 'DROPPED_ON_THE_WAY')?.message;
    return { in: incoming.wireOctets, out: out.wireOctets, dropped };
  };
  // Time: the answer comes without a socket that could be waited for.
  const beyond = (kind: string) => `python3 ${program('beyond.py')} ${kind} ${wire.ipv4}; sleep 0.2`;

  test('a probe that ends at this machine is out, and its answer in: the whole of the probe behind a header', async () => {
    expect(await octetsOf(beyond('ttl'))).toEqual({ in: HEADERS + HEADERS + 100, out: HEADERS + 100 });
  });

  test('multicast, which goes no further, is out', async () => {
    expect(await octetsOf(beyond('multicast'))).toEqual({ in: 0, out: HEADERS + 100 });
  });

  test('a frame that is not IP is out, without its Ethernet header', async () => {
    expect(await octetsOf(beyond('frame'))).toEqual({ in: 0, out: 46 });
  });

  test('what a limited uplink drops is out, and told', async () => {
    const tc = (verb: string, ...words: string[]) =>
      execFileSync('tc', ['qdisc', verb, 'dev', wire.device, 'root', ...words]);
    tc('add', 'tbf', 'rate', '1mbit', 'burst', '5kb', 'limit', '5kb');
    try {
      const before = await wire.totals();
      const { out, dropped } = await octetsOf(`python3 ${program('traffic.py')} udp ${wire.ipv4} ${wire.port} 100`);
      const after = await wire.totals();
      expect(out).toBe(100 * (HEADERS + 1000));
      const arrived = after['ipv4.out'][1] - before['ipv4.out'][1];
      expect(arrived).toBeLessThan(100);
      expect(Number(/dropped (\d+) packet/.exec(dropped ?? '')?.[1])).toBeGreaterThanOrEqual(100 - arrived);
    } finally {
      tc('del');
    }
  });
});
