import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Assembler } from '../../src/linux/bpf/assembler.js';
import { bpf } from '../../src/linux/bpf/bpf-call.js';
import { BpfProgram } from '../../src/linux/bpf/bpf-program.js';
import { entryPages } from '../../src/linux/bpf/maps/map-entries.js';
import { possibleCpus } from '../../src/linux/bpf/possible-cpus.js';
import { Closing } from '../../src/linux/closing.js';
import { netnsCookie } from '../../src/linux/netns-cookie.js';
import { createMaps } from '../../src/observe/meter/meter-maps.js';
import { countPackets } from '../../src/observe/meter/packets/count-packets.js';
import { countKnownSegments } from '../../src/observe/meter/packets/known-segments.js';
import { readTotals } from '../../src/observe/meter/read-maps.js';
import { decodeRemote } from '../../src/observe/meter/remotes/remote-layout.js';
import type { Way } from '../../src/observe/meter/totals.js';
import { describePrivileged } from '../privileged.js';

const DEVICE = 'nm-segments';

type Packet = {
  readonly version: 4 | 6;
  readonly protocol: number;
  readonly fragment: number;
  readonly ports: readonly [number, number];
  /** In words of 32 bits. */
  readonly ipHeader: number;
  readonly tcpHeader: number;
  readonly flags: number;
  readonly behind: number;
  readonly segments: number;
  readonly segmentSize: number;
};

const ACK = 0x10;
const usual = {
  ...{ version: fc.constantFrom(4 as const, 6 as const), ports: fc.tuple(fc.nat(3), fc.nat(3)) },
  ...{ behind: fc.nat(200), segments: fc.nat(3), segmentSize: fc.constantFrom(0, 0, 50) },
};
/** Of connections, and whatever else there may be. */
const packets = fc.array(
  fc.oneof(
    fc.record<Packet>({
      ...{ ...usual, protocol: fc.constant(6), fragment: fc.constant(0), ipHeader: fc.constant(5) },
      ...{ tcpHeader: fc.constantFrom(5, 8), flags: fc.constantFrom(ACK, ACK, ACK, 0x02, 0x12, 0x11, 0x04) },
    }),
    fc.record<Packet>({
      ...{
        ...usual,
        protocol: fc.constantFrom(0, 1, 6, 17, 43, 44),
        fragment: fc.constantFrom(0, 0, 1, 0x2000, 0x4000),
      },
      ...{ ipHeader: fc.integer({ min: 4, max: 15 }), tcpHeader: fc.nat(15), flags: fc.nat(255) },
    }),
  ),
  { maxLength: 20 },
);

/** A frame, as the kernel takes it for a run. */
function frameOf(
  { version, protocol, fragment, ports, ipHeader, tcpHeader, flags, behind }: Packet,
  extension = Buffer.alloc(0),
): Buffer {
  const ip = Buffer.alloc(version === 4 ? 20 : 40);
  if (version === 4) {
    ip.writeUInt8(0x40 | ipHeader, 0);
    ip.writeUInt16BE(fragment, 6);
    ip.writeUInt8(protocol, 9);
    ip.set([10, 231, 89, 1], 12);
    ip.set([10, 231, 89, 1], 16);
  } else {
    ip.writeUInt8(0x60, 0);
    ip.writeUInt8(protocol, 6);
    ip.fill(0xfd, 8);
  }
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(2000 + ports[0], 0);
  tcp.writeUInt16BE(2000 + ports[1], 2);
  tcp.writeUInt8(tcpHeader << 4, 12);
  tcp.writeUInt8(flags, 13);
  const rest = Buffer.alloc(behind);
  const ethernet = Buffer.from(`${'00'.repeat(12)}${version === 4 ? '0800' : '86dd'}`, 'hex');
  return Buffer.concat([ethernet, ip, extension, tcp, rest]);
}

describePrivileged('a segment of a connection that is known', () => {
  let device = 0;
  beforeAll(() => {
    spawnSync('ip', ['link', 'add', DEVICE, 'type', 'veth']);
    const { stdout } = spawnSync('cat', [`/sys/class/net/${DEVICE}/ifindex`], { encoding: 'utf8' });
    device = Number(stdout);
  });
  afterAll(() => {
    spawnSync('ip', ['link', 'del', DEVICE]);
  });

  /** @returns what the program has returned (BPF_PROG_TEST_RUN). */
  const run = (program: BpfProgram, packet: Packet) => runFrame(program, frameOf(packet), packet);

  function runFrame(
    { fd }: BpfProgram,
    frame: Buffer,
    { segments, segmentSize }: Pick<Packet, 'segments' | 'segmentSize'>,
  ): number {
    // struct __sk_buff.
    const context = Buffer.alloc(192);
    context.writeUInt32LE(device, 40);
    context.writeUInt32LE(segments, 164);
    context.writeUInt32LE(segmentSize, 176);
    const sizes = [
      [8, frame.length],
      [40, context.length],
    ] as const;
    let returned = 0;
    bpf('BPF_PROG_TEST_RUN', [[0, fd], ...sizes, [16, frame], [32, 1], [48, context]], (left) => {
      returned = left.readUInt32LE(4);
    });
    return returned;
  }

  function counting(way: Way, closing: Closing, outer = [device]) {
    const maps = createMaps(closing);
    const attachment = way === 'in' ? 'ingress' : 'egress';
    const known = { ...maps, outer, places: undefined, network: netnsCookie(), clock: 'ktime_get_coarse_ns' as const };
    const load = (code: Assembler) =>
      closing.add(BpfProgram.load({ type: 'cgroupSkb', name: 'nm_test', attachment, code }));
    const short = new Assembler().move('r6', 'r1');
    countKnownSegments(short, way, known, 'other');
    return {
      maps,
      all: load(countPackets(way, known)),
      /** Says whether it has counted anything. */
      short: load(short.label('other').move('r0', 0).exit().label('pass').move('r0', 1).exit()),
      read: () => ({
        totals: readTotals(maps, possibleCpus()).map(outside),
        remotes: [...entryPages(maps.remotes)]
          .flat()
          .map(({ key, value }) => ({ ...outside(decodeRemote(key, value)), first: 0n, last: 0n }))
          .sort((one, other) => JSON.stringify(keyOf(one)).localeCompare(JSON.stringify(keyOf(other)))),
      }),
    };
  }
  const outside = <T extends { readonly class: string }>(each: T) =>
    each.class === 'near' ? { ...each, class: 'external' } : each;
  const keyOf = ({ address, port, protocol, role }: ReturnType<typeof decodeRemote>) => [address, port, protocol, role];

  test.each(['in', 'out'] as const)('is counted %s as everything else is', (way) => {
    using closing = new Closing();
    // By a device that may lead to namespaces of the command's own nothing is known of a packet beforehand.
    const [own, plain] = [counting(way, closing), counting(way, closing, [])];
    let short = 0;
    fc.assert(
      fc.property(packets, (sent) => {
        for (const packet of sent) {
          if (run(own.short, packet) === 1) short++;
          else run(own.all, packet);
          run(plain.all, packet);
        }
        expect(own.read()).toEqual(plain.read());
      }),
    );
    expect(short).toBeGreaterThan(100);
  });

  test.each(['in', 'out'] as const)('%s beyond 64 KB: the option that says so is on no wire', (way) => {
    using closing = new Closing();
    const { all, read } = counting(way, closing);
    const kind = { version: 6, protocol: 0, fragment: 0, ports: [1, 2], ipHeader: 5 } as const;
    const packet: Packet = { ...kind, tcpHeader: 5, flags: ACK, behind: 200, segments: 3, segmentSize: 70 };
    // A hop-by-hop header with the jumbo option (RFC 2675), then TCP's; no length in IPv6's own, of which the test's frames have none.
    const jumbo = Buffer.from('0600c204000186a0', 'hex');
    const frame = frameOf(packet, jumbo);
    runFrame(all, frame, packet);
    const ethernet = 14;
    const headers = 40 + 20;
    expect(read().totals).toMatchObject([
      {
        count: { wireOctets: BigInt(frame.length - ethernet - jumbo.length + 2 * headers), packets: 3n, payload: 200n },
      },
    ]);
  });
});
