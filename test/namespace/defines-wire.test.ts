import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measured, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { Wire } from './wire.js';

/** IP and UDP headers. */
const HEADERS = { 4: 28, 6: 48 } as const;

describePrivileged('the wire is where the command’s namespace ends, whatever this machine does behind it', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await Wire.lay(45);
  });
  afterAll(() => wire?.[Symbol.asyncDispose]());

  const octetsOf = async (script: string, ...options: string[]) => {
    const { report, stderr } = await measured(['sh', '-euc', script], options);
    expect(report.command.exit, stderr).toEqual({ kind: 'code', code: 0 });
    const { external, behindWire: behind } = report.traffic;
    const dropped = report.warnings.find(({ code }) => code === 'DROPPED_ON_THE_WAY')?.message;
    return { in: external.in.wireOctets, out: external.out.wireOctets, behind, dropped, stderr };
  };
  const beyond = (kind: string, address = wire.ipv4) => `python3 ${program('beyond.py')} ${kind} ${address}`;

  test.each([4, 6] as const)(
    'a probe that ends here is out, and its answer in: the probe behind a header (IPv%i)',
    async (family) => {
      const [headers, certainty] = [HEADERS[family], family === 4 ? 'at-most' : 'exact'];
      const reported = await octetsOf(beyond('ttl', family === 4 ? wire.ipv4 : wire.ipv6));
      expect(reported).toMatchObject({
        ...{ in: headers + headers + 100, out: headers + 100 },
        behind: [
          { kind: 'discarded', way: 'out', packets: 1, ipOctets: null, certainty },
          { kind: 'icmp-errors', way: 'in', packets: 1, ipOctets: headers + headers + 100, certainty: 'exact' },
        ],
      });
      expect(reported.stderr).toMatch(/of these +out: .*1 packet that this machine did not forward/);
    },
  );

  test.each([4, 6] as const)(
    'what nobody at the uplink takes is out, and that it was not is in (IPv%i)',
    async (family) => {
      execFileSync('ip', ['route', 'add', '203.0.113.254/32', 'dev', wire.device]);
      const nobody = family === 4 ? '203.0.113.254' : wire.near6.replace('::1', '::99');
      try {
        const headers = HEADERS[family];
        expect(await octetsOf(beyond('unreachable', nobody))).toMatchObject({
          ...{ in: headers + headers + 100, out: headers + 100 },
          behind: [
            { kind: 'icmp-errors', way: 'in', packets: 1, ipOctets: headers + headers + 100, certainty: 'exact' },
          ],
        });
      } finally {
        execFileSync('ip', ['route', 'del', '203.0.113.254/32', 'dev', wire.device]);
      }
    },
  );

  test.each(['multicast', 'broadcast'])('%s, which goes no further, is out', async (kind) => {
    expect(await octetsOf(beyond(kind))).toMatchObject({
      ...{ in: 0, out: HEADERS[4] + 100 },
      behind: [{ kind: 'multicast', way: 'out', packets: 1, ipOctets: HEADERS[4] + 100, certainty: 'exact' }],
    });
  });

  test.each(['multicast', 'broadcast'])('%s in place has left this machine, and goes no further', async (kind) => {
    expect(await octetsOf(beyond(kind), '--in-place')).toMatchObject({
      ...{ in: 0, out: HEADERS[4] + 100 },
      behind: [{ kind: 'multicast', way: 'out', packets: null, ipOctets: HEADERS[4] + 100, certainty: 'exact' }],
    });
  });

  test('a segment of no connection, which cannot be translated, is out', async () => {
    expect(await octetsOf(beyond('stray'))).toMatchObject({
      ...{ in: 0, out: 40 },
      behind: [{ kind: 'strays', way: 'out', packets: 1, ipOctets: 40, certainty: 'exact' }],
    });
  });

  test('a frame that is not IP is out, without its Ethernet header', async () => {
    expect(await octetsOf(beyond('frame'))).toMatchObject({
      ...{ in: 0, out: 46 },
      behind: [{ kind: 'not-ip', way: 'out', packets: 1, ipOctets: null, certainty: 'at-least' }],
    });
  });

  test('where nothing of the kind was, nothing is reported', async () => {
    const udp = `python3 ${program('traffic.py')} udp ${wire.ipv4} ${wire.port} 3`;
    expect(await octetsOf(udp)).toMatchObject({ in: 0, out: 3 * (HEADERS[4] + 1000), behind: undefined });
  });

  test.each([[[]], [['--in-place']]])('what a limited uplink drops is out, and reported %j', async (options) => {
    const tc = (verb: string, ...words: string[]) =>
      execFileSync('tc', ['qdisc', verb, 'dev', wire.device, 'root', ...words]);
    tc('add', 'tbf', 'rate', '1mbit', 'burst', '5kb', 'limit', '5kb');
    try {
      const before = await wire.totals();
      const { out, dropped } = await octetsOf(
        `python3 ${program('traffic.py')} udp ${wire.ipv4} ${wire.port} 100`,
        ...options,
      );
      const after = await wire.totals();
      expect(out).toBe(100 * (HEADERS[4] + 1000));
      const arrived = after['ipv4.out'][1] - before['ipv4.out'][1];
      expect(arrived).toBeLessThan(100);
      expect(Number(/dropped (\d+) packet/.exec(dropped ?? '')?.[1])).toBeGreaterThanOrEqual(100 - arrived);
    } finally {
      tc('del');
    }
  });
});
