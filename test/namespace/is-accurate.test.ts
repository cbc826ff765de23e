import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { measured, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { Wire } from './wire.js';

const TRAFFIC = program('traffic.py');

/** The report's wire octets and packets, in the shape of the capture's totals. */
function counted({ traffic: { external } }: Measurement) {
  const both = (family: 'ipv4' | 'ipv6', way: 'in' | 'out') => {
    const layers = external[family]?.[way];
    return [layers?.wireOctets, layers?.packets];
  };
  return {
    'ipv4.in': both('ipv4', 'in'),
    'ipv4.out': both('ipv4', 'out'),
    'ipv6.in': both('ipv6', 'in'),
    'ipv6.out': both('ipv6', 'out'),
  };
}

describePrivileged('the number equals a capture at the far end of the wire, to the byte', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await Wire.lay(1);
  });
  afterAll(() => wire[Symbol.asyncDispose]());

  async function compare(script: string, options: readonly string[] = []) {
    const before = await wire.totals();
    const { report, stderr } = await measured(['sh', '-euc', script], options);
    const after = await wire.totals();
    const truth = Object.fromEntries(
      (Object.keys(after) as (keyof typeof after)[]).map((key) => [
        key,
        [after[key][0] - before[key][0], after[key][1] - before[key][1]],
      ]),
    );
    expect(report.command.exit, stderr).toEqual({ kind: 'code', code: 0 });
    expect(counted(report)).toEqual(truth);
    expect(report.method).toMatchObject({ name: 'qdisc', errorBound: { in: 0, out: 0 } });
    expect(report.warnings).toEqual([]);
    return report;
  }

  const traffic = (mode: string, address: string, count: number) =>
    `python3 ${TRAFFIC} ${mode} ${address} 7000 ${count}`;

  test.each([
    ['uploads', 'upload'],
    ['downloads', 'download'],
  ])('a namespace of the command’s own, behind a device of its own that forwards, %s', async (_, mode) => {
    const nested = `bash ${program('nested.sh')} python3 ${TRAFFIC} ${mode} ${wire.ipv4} 7000 20000000`;
    const report = await compare(nested, ['--max-in', '30MB', '--ignore-bypasses']);
    expect(report.budget?.verdict).toBe('within');
  });

  test.each([
    ['TCP download', 'download', 20_000_000],
    ['TCP upload', 'upload', 20_000_000],
    ['small requests', 'requests', 300],
    ['UDP', 'udp', 500],
    ['UDP in fragments', 'fragments', 300],
    ['UDP segmented by the kernel (GSO)', 'segmented', 200],
  ])('%s, IPv4 and IPv6', async (_, mode, count) => {
    const report = await compare(`${traffic(mode, wire.ipv4, count)}; ${traffic(mode, wire.ipv6, count)}`);
    expect(report.traffic.external.out.wireOctets).toBeGreaterThan(0);
  });

  test('every kind of traffic while the kernel keeps limits, and segments GSO packets for it', async () => {
    const { ipv4, ipv6 } = wire;
    const report = await compare(
      `${traffic('download', ipv4, 10_000_000)} & ${traffic('upload', ipv6, 10_000_000)} &
      ${traffic('upload', ipv4, 5_000_000)}; ${traffic('download', ipv6, 5_000_000)}; ${traffic('requests', ipv4, 100)}
      ${traffic('udp', ipv4, 200)}; ${traffic('fragments', ipv6, 100)}; ${traffic('segmented', ipv4, 100)}
      wait`,
      ['--enforce', '--max-total', '1GB'],
    );
    expect(report.budget).toMatchObject({ verdict: 'within', enforced: true });
  });

  test.each([
    ['alone', []],
    ['with limits in the kernel', ['--enforce', '--max-total', '1GB']],
  ])('every kind of traffic at a limited rate, %s', async (_, options) => {
    const { ipv4, ipv6 } = wire;
    const report = await compare(
      // What waits for the rate fits its queue: what does not has crossed this wire, and never reaches the command.
      `for part in 1 2 3 4 5 6; do ${traffic('download', ipv4, 500_000)}; done & ${traffic('upload', ipv6, 3_000_000)} &
      ${traffic('upload', ipv4, 3_000_000)}; ${traffic('download', ipv6, 500_000)}; ${traffic('requests', ipv4, 50)}
      ${traffic('udp', ipv4, 200)}; ${traffic('fragments', ipv6, 100)}; ${traffic('segmented', ipv4, 100)}
      wait`,
      ['--rate-limit', '3MB/s', '--linger', '20s', ...options],
    );
    // 3 MB by a family: not sooner, however fast the machine; some may pass at once.
    expect(report.command.durationMs).toBeGreaterThan(950);
    expect(report.series.peak?.in).toBeLessThan(2 * 3_300_000);
  });

  test('a mixed load, with loopback traffic beside it', async () => {
    const { ipv4, ipv6 } = wire;
    const report = await compare(`
      python3 ${TRAFFIC} loopback 127.0.0.1 0 80000000 & python3 ${TRAFFIC} loopback ::1 0 20000000 &
      ${traffic('download', ipv4, 10_000_000)} & ${traffic('upload', ipv6, 10_000_000)} &
      ${traffic('upload', ipv4, 5_000_000)}; ${traffic('download', ipv6, 5_000_000)}
      ${traffic('requests', ipv4, 100)}; ${traffic('requests', ipv6, 100)}
      ${traffic('udp', ipv4, 200)}; ${traffic('fragments', ipv6, 100)}; ${traffic('segmented', ipv4, 100)}
      wait`);
    expect(report.traffic.loopback.in.wireOctets).toBeGreaterThan(100_000_000);
  });

  test('with 1 % loss in both directions', async () => {
    wire.inServer(
      `nft 'add table inet loss; add chain inet loss i { type filter hook prerouting priority -400; }; add chain inet loss o { type filter hook output priority 0; }; add rule inet loss i numgen random mod 100 == 0 drop; add rule inet loss o numgen random mod 100 == 0 drop'`,
    );
    try {
      const report = await compare(
        `${traffic('download', wire.ipv4, 5_000_000)}; ${traffic('upload', wire.ipv4, 5_000_000)}; ${traffic('upload', wire.ipv6, 2_000_000)}`,
      );
      expect(report.protocol.tcp.retransmittedSegments).toBeGreaterThan(0);
    } finally {
      wire.inServer('nft delete table inet loss');
    }
  });

  describe('what goes past the queue that counts is unknown, and said', () => {
    const unseen = async (script: string, code: string) => {
      const { report, status, stderr } = await measured(['sh', '-euc', script], ['--max-out', '1kB']);
      expect(report.command.exit, stderr).toEqual({ kind: 'code', code: 0 });
      expect(report.traffic.external.out.wireOctets).toBe(null);
      expect(report.warnings.map((warning) => warning.code)).toEqual([code]);
      expect(status).toBe(125);
      return report;
    };

    test('by a packet socket', async () => {
      const past = `
import fcntl, re, socket, struct, subprocess
device = "nm4"
peer = re.search("lladdr (\\S+)", subprocess.check_output(["ip", "neigh", "show", "dev", device], text=True))[1]
sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
sender.bind((device, 0x0800))
sender.setsockopt(263, 20, 1)  # SOL_PACKET, PACKET_QDISC_BYPASS
own = fcntl.ioctl(sender.fileno(), 0x8927, struct.pack("256s", device.encode()))[18:24]
frame = bytes.fromhex(peer.replace(":", "")) + own + b"\\x08\\0" + b"\\x45" + b"\\0" * 527
for _ in range(1000): sender.send(frame)
`;
      await unseen(`python3 -c '${past}'`, 'QUEUE_BYPASSED');
    });

    test.each([
      ['for a while', 5_000_000],
      ['for a moment', 0],
    ])('while another queue is in its place, %s', async (_, octets) => {
      const [away, back] = ['tc qdisc del dev nm4 root', 'tc qdisc add dev nm4 root handle 6e6d: pfifo limit 10000'];
      const upload = (count: number) => traffic('upload', wire.ipv4, count);
      const report = await unseen(
        `${away}; ${octets > 0 ? upload(octets) : 'true'}; ${back}; ${upload(20_000_000)}`,
        'QUEUE_LOST',
      );
      expect(report.traffic.external.in.wireOctets).toBeGreaterThan(0);
    });

    test('another queue beside it is no other queue', async () => {
      const { report } = await measured([
        'sh',
        '-euc',
        `tc qdisc add dev nm4 clsact; ${traffic('upload', wire.ipv4, 500)}`,
      ]);
      expect(report.warnings).toEqual([]);
      expect(report.traffic.external.out.wireOctets).toBeGreaterThan(500);
    });
  });

  test('the IP layer: one header a GSO packet, as IpExt and Ip6 count', async () => {
    const { report } = await measured(['sh', '-c', traffic('download', wire.ipv4, 20_000_000)]);
    const { wireOctets, ipOctets } = report.traffic.external.in;
    expect(ipOctets).toBeLessThanOrEqual(wireOctets ?? 0);
    expect(ipOctets).toBeGreaterThan(20_000_000);
  });

  test('bytes that leave after the command has ended are counted', async () => {
    const script = `import socket; s=socket.create_connection(("${wire.ipv4}",7000)); s.sendall(b"put 3000000\\n"+b"x"*3000000)`;
    const before = await wire.totals();
    const { report } = await measured(['python3', '-c', script], ['--linger', '10s']);
    const after = await wire.totals();
    expect(report.traffic.external.out.wireOctets).toBe(after['ipv4.out'][0] - before['ipv4.out'][0]);
    expect(report.traffic.external.out.wireOctets).toBeGreaterThan(3_000_000);
  });

  test('another queue for loopback changes nothing outside, and the report says that loopback is unknown', async () => {
    const before = await wire.totals();
    const loopback = `tc qdisc replace dev lo root bfifo limit 10000000; ${traffic('loopback', '127.0.0.1', 5_000_000)}`;
    const { report, stderr } = await measured([
      'sh',
      '-euc',
      `${loopback}; ${traffic('download', wire.ipv4, 5_000_000)}`,
    ]);
    const after = await wire.totals();
    expect(report.command.exit, stderr).toEqual({ kind: 'code', code: 0 });
    expect(counted(report)['ipv4.in']).toEqual([
      after['ipv4.in'][0] - before['ipv4.in'][0],
      after['ipv4.in'][1] - before['ipv4.in'][1],
    ]);
    expect(report.method.errorBound).toEqual({ in: 0, out: 0 });
    expect(report.traffic.loopback.in.wireOctets).toBe(null);
    expect(report.warnings.map(({ code }) => code)).toEqual(['LOOPBACK_QUEUE_LOST']);
  });

  test('a command that takes the queues away gets an estimate, and the report says so', async () => {
    const script = `tc qdisc del dev nm4 root; ${traffic('upload', wire.ipv4, 5_000_000)}; ${traffic('download', wire.ipv4, 5_000_000)}`;
    const { report } = await measured(['sh', '-euc', script]);
    expect(report.method).toMatchObject({ name: 'proc-estimate', errorBound: { in: 0, out: null } });
    expect(report.warnings).toMatchObject([{ code: 'QUEUE_LOST' }]);
    expect(report.traffic.external.out.wireOctets).toBeNull();
    expect(report.traffic.external.out.ipOctets).toBeGreaterThan(5_000_000);
  });

  test('nothing sent is nothing counted', async () => {
    const { report } = await measured(['sleep', '2']);
    expect(counted(report)).toEqual({ 'ipv4.in': [0, 0], 'ipv4.out': [0, 0], 'ipv6.in': [0, 0], 'ipv6.out': [0, 0] });
  });
});
