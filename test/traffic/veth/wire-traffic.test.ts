import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CounterDelta } from '../../../src/counters/delta.js';
import { protocolSummary } from '../../../src/traffic/protocol.js';
import type { QueueDelta } from '../../../src/traffic/queue-delta.js';
import { wireTraffic as countWire } from '../../../src/traffic/veth/wire-traffic.js';
import { milliseconds } from '../../../src/units.js';

const ecn = (segments: number) => ({ InNoECTPkts: segments, InECT0Pkts: 0, InECT1Pkts: 0, InCEPkts: 0 });
const device = (rxBytes: number, rxPackets: number, txBytes = 0, txPackets = 0) =>
  ({
    kind: 'present',
    counters: { rxBytes, rxPackets, txBytes, txPackets, rxErrs: 0, txErrs: 0, rxDrop: 0, txDrop: 0 },
  }) as const;

const delta = (over: Partial<CounterDelta> = {}): CounterDelta => ({
  elapsedMs: milliseconds(1000),
  netstat: { IpExt: ecn(10) },
  snmp: { Ip: { InReceives: 10 } },
  devices: { lo: device(0, 0), nm4: device(1140, 10, 570, 5) },
  resets: [],
  ...over,
});

type Ends = { readonly in: QueueDelta | undefined; readonly out: QueueDelta | undefined };
type Queues = { ipv4: Ends; ipv6?: Ends; hostLocal: Ends; loopback: QueueDelta | undefined };

const wire = (over: Partial<Queues> = {}): Queues => ({
  hostLocal: { in: { bytes: 0, packets: 0 }, out: { bytes: 0, packets: 0 } },
  ipv4: { in: { bytes: 1140, packets: 10 }, out: { bytes: 570, packets: 5 } },
  loopback: { bytes: 0, packets: 0 },
  ...over,
});

const wireTraffic = ({ ipv4, ipv6, hostLocal, loopback }: Queues, increments: CounterDelta) =>
  countWire(
    { families: ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'], mtu: 1500 },
    {
      'nm4.in': ipv4.in,
      'nm4.out': ipv4.out,
      ...(ipv6 && { 'nm6.in': ipv6.in, 'nm6.out': ipv6.out }),
      'nmh.in': hostLocal.in,
      'nmh.out': hostLocal.out,
      'lo.out': loopback,
    },
    increments,
  );

test('the queue’s bytes without Ethernet headers', () => {
  const { traffic, method } = wireTraffic(wire(), delta());
  expect(traffic.external.in).toEqual({ wireOctets: 1000, ipOctets: 1000, linkBytes: 1140, packets: 10 });
  expect(traffic.external.out).toEqual({ wireOctets: 500, ipOctets: 500, linkBytes: 570, packets: 5 });
  expect(traffic.external).not.toHaveProperty('ipv6');
  expect(method).toEqual({ name: 'qdisc', errorBound: { in: 0, out: 0 }, packetsIn: 'qdisc' });
});

test('an uplink that hands over GSO packets: the segments are counted by the IP layer', () => {
  // A real download through virtio: 26,619,064 bytes in "18" packets, 546 of them on the device, 17,711 on the wire.
  const { traffic, method } = wireTraffic(
    wire({ ipv4: { in: { bytes: 26_619_064, packets: 18 }, out: { bytes: 0, packets: 0 } } }),
    delta({
      netstat: { IpExt: ecn(17_711) },
      snmp: { Ip: { InReceives: 546 } },
      devices: { lo: device(0, 0), nm4: device(25_486_000, 546) },
    }),
  );
  expect(traffic.external.in).toMatchObject({ wireOctets: 26_619_064 - 14 * 17_711, packets: 17_711 });
  expect(method).toMatchObject({ packetsIn: 'ecn-counters', errorBound: { in: 0 } });
});

test('GSO packets of loopback are not the uplink’s', () => {
  const { traffic, method } = wireTraffic(
    wire({ loopback: { bytes: 604, packets: 5 } }),
    delta({
      netstat: { IpExt: ecn(15) },
      snmp: { Ip: { InReceives: 13 } },
      devices: { lo: device(430, 3), nm4: device(1140, 10, 570, 5) },
    }),
  );
  expect(traffic.external.in).toMatchObject({ wireOctets: 1000, packets: 10 });
  expect(method.packetsIn).toBe('qdisc');
  expect(traffic.loopback.in).toEqual({ wireOctets: 534, ipOctets: 430, linkBytes: 430, packets: 5 });
});

test('a lost queue is estimated from /proc, with its bound', () => {
  const { traffic, method } = wireTraffic(
    wire({ ipv4: { in: undefined, out: { bytes: 570, packets: 5 } } }),
    delta({ netstat: { IpExt: ecn(12) } }),
  );
  expect(traffic.external.in).toMatchObject({ wireOctets: 1000 + 2 * 52, packets: 12 });
  expect(method).toEqual({ name: 'proc-estimate', errorBound: { in: 56, out: 0 }, packetsIn: 'qdisc' });
});

test('what nobody counted is unknown, not 0', () => {
  const { traffic, method } = wireTraffic(
    wire({ ipv4: { in: undefined, out: undefined }, loopback: undefined }),
    delta({ devices: { lo: { kind: 'vanished' }, nm4: { kind: 'vanished' } } }),
  );
  expect(traffic.external.out).toEqual({ wireOctets: null, ipOctets: null, linkBytes: null, packets: null });
  expect(traffic.loopback.in).toEqual({ wireOctets: null, ipOctets: null, linkBytes: null, packets: null });
  expect(method.errorBound).toEqual({ in: null, out: null });
});

test('protocol counters: UDP of both families; what the kernel does not say is null', () => {
  const summary = protocolSummary(
    delta({
      snmp: { Tcp: { RetransSegs: 3 }, Udp: { InDatagrams: 1, OutDatagrams: 2 } },
      snmp6: { Udp6InDatagrams: 10, Udp6OutDatagrams: 20 },
    }),
  );
  expect(summary.tcp).toMatchObject({ retransmittedSegments: 3, resetsSent: null });
  expect(summary.udp).toMatchObject({ datagramsIn: 11, datagramsOut: 22, errors: null });
  expect(summary.link).toEqual({ errors: 0, drops: 0 });
});

/** 100 MB down through veth, IPv4 and IPv6, measured against a capture: 103,594,352 and 105,044,688 octets. */
const bulk4 = {
  netstat: { IpExt: ecn(69_122) },
  snmp: { Ip: { InReceives: 1610 } },
  devices: { lo: device(0, 0), nm4: device(100_106_268, 1610) },
};
const bulk6 = {
  snmp6: { Ip6InNoECTPkts: 70_065, Ip6InECT0Pkts: 0, Ip6InECT1Pkts: 0, Ip6InCEPkts: 0, Ip6InReceives: 1640 },
  devices: { lo: device(0, 0), nm4: device(0, 0), nm6: device(100_141_048, 1640) },
};
const nothing = { bytes: 0, packets: 0 };
const noIpv4 = { netstat: { IpExt: ecn(0) }, snmp: { Ip: { InReceives: 0 } } };
const gone = { in: undefined, out: nothing };

test.each([
  ['IPv4', wire({ ipv4: { in: { bytes: 104_562_060, packets: 69_122 }, out: nothing } }), delta(bulk4), 103_594_352],
  [
    'IPv6',
    wire({ ipv4: { in: nothing, out: nothing }, ipv6: { in: { bytes: 106_025_598, packets: 70_065 }, out: nothing } }),
    delta({ ...noIpv4, ...bulk6 }),
    105_044_688,
  ],
])('100 MB of %s, exact by the queue', (_, queues, counters, wireOctets) => {
  const { traffic, method } = wireTraffic(queues, counters);
  expect(traffic.external.in.wireOctets).toBe(wireOctets);
  expect(method).toEqual({ name: 'qdisc', errorBound: { in: 0, out: 0 }, packetsIn: 'qdisc' });
});

test.each([
  ['IPv4', wire({ ipv4: gone }), delta(bulk4), { wireOctets: 103_594_352, packets: 69_122 }, (69_122 - 1610) * 28],
  [
    'IPv6',
    wire({ ipv4: { in: nothing, out: nothing }, ipv6: gone }),
    delta({ ...noIpv4, ...bulk6 }),
    { wireOctets: 105_044_688, packets: 70_065 },
    (70_065 - 1640) * 28,
  ],
])(
  '100 MB of %s whose queue was lost: right for ordinary TCP, and within a bound',
  (_, queues, counters, layers, bound) => {
    const { traffic, method } = wireTraffic(queues, counters);
    expect(traffic.external.in).toMatchObject(layers);
    expect(method).toEqual({ name: 'proc-estimate', errorBound: { in: bound, out: 0 }, packetsIn: 'qdisc' });
  },
);

test.each([
  ['some packets', 18, 26_619_064 - 14 * 17_711],
  ['none', 0, 26_619_064 - 14 * 17_711],
  ['as many as the wire', 17_711, 26_619_064 - 14 * 17_711],
  ['more than the IP layer, ARP among them', 17_713, 26_619_064 - 14 * 17_713],
])('the greater count is the wire’s: the queue says %s', (_, inQueue, wireOctets) => {
  const { traffic } = wireTraffic(
    wire({ ipv4: { in: { bytes: 26_619_064, packets: inQueue }, out: nothing } }),
    delta({
      netstat: { IpExt: ecn(17_711) },
      snmp: { Ip: { InReceives: 546 } },
      devices: { lo: device(0, 0), nm4: device(25_486_000, 546) },
    }),
  );
  expect(traffic.external.in.wireOctets).toBe(wireOctets);
});

test('segments count in every ECN column', () => {
  const ip = { InNoECTPkts: 10_000, InECT0Pkts: 7000, InECT1Pkts: 700, InCEPkts: 11 };
  const { traffic } = wireTraffic(
    wire({ ipv4: { in: { bytes: 26_619_064, packets: 18 }, out: nothing } }),
    delta({
      netstat: { IpExt: ip },
      snmp: { Ip: { InReceives: 546 } },
      devices: { lo: device(0, 0), nm4: device(25_486_000, 546) },
    }),
  );
  expect(traffic.external.in.packets).toBe(17_711);
});

test.each([
  ['loopback', wire({ loopback: { bytes: 656, packets: 5 } }), { lo: device(430, 2), nmh: device(0, 0) }],
  [
    'this machine’s own addresses',
    wire({ hostLocal: { in: { bytes: 656, packets: 5 }, out: nothing } }),
    { lo: device(0, 0), nmh: device(458, 2) },
  ],
])('GSO from the uplink beside GSO packets of %s: exact', (_, queues, others) => {
  // Five segments in two packets: three are hidden there, which the queue there knows.
  const { traffic, method } = wireTraffic(
    { ...queues, ipv4: { in: { bytes: 26_619_064, packets: 18 }, out: nothing } },
    delta({
      netstat: { IpExt: ecn(17_711 + 5) },
      snmp: { Ip: { InReceives: 546 + 2 } },
      devices: { ...others, nm4: device(25_486_000, 546) },
    }),
  );
  expect(method).toEqual({ name: 'qdisc', errorBound: { in: 0, out: 0 }, packetsIn: 'ecn-counters' });
  expect(traffic.external.in.wireOctets).toBe(26_619_064 - 14 * 17_711);
});

test('host-local traffic is counted by its own link, apart from the outside', () => {
  const { traffic } = wireTraffic(
    wire({ hostLocal: { in: { bytes: 228, packets: 2 }, out: { bytes: 114, packets: 1 } } }),
    delta({ devices: { lo: device(0, 0), nm4: device(1140, 10, 570, 5), nmh: device(228, 2, 114, 1) } }),
  );
  expect(traffic.hostLocal?.in).toEqual({ wireOctets: 200, ipOctets: 200, linkBytes: 228, packets: 2 });
  expect(traffic.hostLocal?.out).toEqual({ wireOctets: 100, ipOctets: 100, linkBytes: 114, packets: 1 });
  expect(traffic.external.in.wireOctets).toBe(1000);
});

test('both families are distinguished and added up', () => {
  const { traffic } = wireTraffic(
    wire({ ipv6: { in: { bytes: 228, packets: 2 }, out: { bytes: 114, packets: 1 } } }),
    delta({
      snmp6: { Ip6InNoECTPkts: 2, Ip6InECT0Pkts: 0, Ip6InECT1Pkts: 0, Ip6InCEPkts: 0, Ip6InReceives: 2 },
      devices: { lo: device(0, 0), nm4: device(1140, 10, 570, 5), nm6: device(228, 2, 114, 1) },
    }),
  );
  expect(traffic.external.ipv4?.in).toEqual({ wireOctets: 1000, ipOctets: 1000, linkBytes: 1140, packets: 10 });
  expect(traffic.external.ipv6?.in).toEqual({ wireOctets: 200, ipOctets: 200, linkBytes: 228, packets: 2 });
  expect(traffic.external.in).toEqual({ wireOctets: 1200, ipOctets: 1200, linkBytes: 1368, packets: 12 });
  expect(traffic.external.out).toEqual({ wireOctets: 600, ipOctets: 600, linkBytes: 684, packets: 6 });
});

test('a sum with an unknown family is unknown, the known one stays', () => {
  const { traffic, method } = wireTraffic(
    wire({ ipv6: { in: undefined, out: undefined } }),
    delta({ devices: { lo: device(0, 0), nm4: device(1140, 10, 570, 5), nm6: { kind: 'vanished' } } }),
  );
  expect(traffic.external.in).toEqual({ wireOctets: null, ipOctets: null, linkBytes: null, packets: null });
  expect(traffic.external.ipv4?.in.wireOctets).toBe(1000);
  expect(method).toMatchObject({ name: 'proc-estimate', errorBound: { in: null, out: null } });
});

test('a device that vanished takes its layers, not what its queue counted', () => {
  const { traffic, method } = wireTraffic(wire(), delta({ devices: { lo: device(0, 0), nm4: { kind: 'vanished' } } }));
  expect(traffic.external.in).toEqual({ wireOctets: 1000, ipOctets: null, linkBytes: null, packets: 10 });
  expect(method.name).toBe('qdisc');
});

test.each(['InNoECTPkts', 'InECT0Pkts', 'InECT1Pkts', 'InCEPkts'])(
  'without %s: the queue still counts, an estimate is unknown',
  (name) => {
    const counters = delta({
      netstat: { IpExt: Object.fromEntries(Object.entries(ecn(17_711)).filter(([key]) => key !== name)) },
    });
    expect(wireTraffic(wire(), counters).traffic.external.in).toMatchObject({ wireOctets: 1000, packets: 10 });
    const lost = wireTraffic(wire({ ipv4: gone }), counters);
    expect(lost.traffic.external.in).toEqual({ wireOctets: null, ipOctets: 1000, linkBytes: 1140, packets: null });
    expect(lost.method.errorBound.in).toBeNull();
  },
);

test('out has no second count: without its queue the wire is unknown, the IP layer is not', () => {
  const { traffic, method } = wireTraffic(
    wire({ ipv4: { in: { bytes: 1140, packets: 10 }, out: undefined } }),
    delta(),
  );
  expect(traffic.external.out).toEqual({ wireOctets: null, ipOctets: 500, linkBytes: 570, packets: null });
  expect(method).toEqual({ name: 'proc-estimate', errorBound: { in: 0, out: null }, packetsIn: 'qdisc' });
});

test('loopback without its queue: its bytes by the device, its packets unknown', () => {
  const { traffic } = wireTraffic(
    wire({ loopback: undefined }),
    delta({ devices: { lo: device(430, 3), nm4: device(1140, 10, 570, 5) } }),
  );
  expect(traffic.loopback.out).toEqual({ wireOctets: null, ipOctets: 430, linkBytes: 430, packets: null });
});

test('frames that went past the queue make its direction unknown, at whichever link', () => {
  const past = (over: Partial<Queues>, devices: CounterDelta['devices']) => wireTraffic(wire(over), delta({ devices }));
  const bypassed = past({}, { lo: device(0, 0), nm4: device(1140, 10, 570 + 542, 6) });
  expect(bypassed.traffic.external.out).toMatchObject({ wireOctets: null, packets: null, ipOctets: 1028 });
  expect(bypassed.traffic.external.in.wireOctets).toBe(1000);
  expect(bypassed.method.errorBound).toEqual({ in: 0, out: null });
  expect(bypassed.past).toEqual([{ device: 'nm4', octets: 542 }]);
  const near = past({}, { lo: device(0, 0), nm4: device(1140, 10, 570, 5), nmh: device(0, 0, 60, 1) });
  expect(near.traffic.hostLocal?.out.wireOctets).toBe(null);
  expect(near.traffic.external.out.wireOctets).toBe(500);
  expect(near.past).toEqual([{ device: 'nmh', octets: 60 }]);
  const looped = past({ loopback: { bytes: 54, packets: 1 } }, { lo: device(80, 2), nm4: device(1140, 10, 570, 5) });
  expect(looped.traffic.loopback.in.wireOctets).toBe(null);
  expect(looped.past).toEqual([{ device: 'lo', octets: 54 }]);
  expect(wireTraffic(wire(), delta())).not.toHaveProperty('past');
});

test('where loopback’s queue has not seen all, the segments of an uplink with GSO packets are known from bytes, within a bound', () => {
  const virtio = { ipv4: { in: { bytes: 26_619_064, packets: 18 }, out: nothing } };
  const counters = delta({
    netstat: { IpExt: ecn(17_711 + 9) },
    snmp: { Ip: { InReceives: 546 + 5 } },
    devices: { lo: device(430, 5), nm4: device(25_486_000, 546) },
  });
  for (const loopback of [undefined, { bytes: 100, packets: 2 }]) {
    const { traffic, method, doubt } = wireTraffic(wire({ ...virtio, loopback }), counters);
    const { packets, wireOctets } = traffic.external.in;
    expect(packets).toBe(546 + Math.round((26_619_064 - 25_486_000) / 66));
    expect(wireOctets).toBe(26_619_064 - 14 * (packets ?? 0));
    expect(Math.abs((wireOctets ?? 0) - (26_619_064 - 14 * 17_711))).toBeLessThanOrEqual(method.errorBound.in ?? 0);
    expect([method.packetsIn, doubt]).toEqual(['device', 'loopback-queue']);
  }
});

/** A device of the command's own that forwards: the IP layer counts 34,153 packets of 50 MB that went out. */
const nested = {
  netstat: { IpExt: ecn(34_153) },
  snmp: { Ip: { InReceives: 1500 } },
  devices: { lo: device(0, 0), nm4: device(1140, 10, 570, 5), vn: device(50_000_000, 1490) },
};

test('devices of the command’s own: the queue counts, where the device’s headers say the same', () => {
  const { traffic, method, ...count } = wireTraffic(wire(), delta(nested));
  expect(traffic.external.in).toMatchObject({ wireOctets: 1000, packets: 10 });
  expect(method).toEqual({ name: 'qdisc', errorBound: { in: 0, out: 0 }, packetsIn: 'qdisc' });
  expect(count).not.toHaveProperty('doubt');
});

test('devices of the command’s own under an uplink that hands over GSO packets: by the headers, within a bound', () => {
  const { netstat, snmp, devices } = nested;
  const { traffic, method, doubt } = wireTraffic(
    wire({ ipv4: { in: { bytes: 104_562_060, packets: 18 }, out: nothing } }),
    delta({ netstat, snmp, devices: { ...devices, nm4: device(100_106_268, 1610) } }),
  );
  expect(traffic.external.in).toMatchObject({ wireOctets: 103_594_352, packets: 69_122 });
  const most = 1610 + Math.floor((104_562_060 - 100_106_268) / 42);
  expect(method).toEqual({
    ...{ name: 'qdisc', errorBound: { in: 14 * (most - 69_122), out: 0 }, packetsIn: 'device' },
  });
  expect(doubt).toBe('own-devices');
});

test('a device that went again, and the IP layer that counts more or less than the bytes can be', () => {
  const gsoIn = { in: { bytes: 104_562_060, packets: 18 }, out: nothing };
  for (const segments of [20_000, 9_000_000]) {
    const { traffic, doubt } = wireTraffic(
      wire({ ipv4: gsoIn }),
      delta({ ...bulk4, netstat: { IpExt: ecn(segments) } }),
    );
    expect(traffic.external.in).toMatchObject({ wireOctets: 103_594_352, packets: 69_122 });
    expect(doubt).toBe('contradiction');
  }
  const gone = { 'nm4.in': gsoIn.in, 'nm4.out': nothing, 'lo.out': nothing, 'nmh.in': nothing, 'nmh.out': nothing };
  const heard = { ...gone, 'own.devices': { bytes: 0, packets: 1 } };
  expect(countWire({ families: ['ipv4'], mtu: 1500 }, heard, delta(bulk4)).doubt).toBe('own-devices');
  expect(countWire({ families: ['ipv4'], mtu: 1500 }, gone, delta(bulk4))).not.toHaveProperty('doubt');
});

test('no number is negative, whatever the counters are', () => {
  const count = fc.nat(5_000_000);
  const queue = fc.record({ bytes: count, packets: count });
  fc.assert(
    fc.property(queue, queue, queue, fc.array(count, { minLength: 6, maxLength: 6 }), (one, other, lo, numbers) => {
      const [segments = 0, receives = 0, rx = 0, frames = 0, looped = 0, ours = 0] = numbers;
      const { traffic, method } = wireTraffic(
        wire({ ipv4: { in: one, out: other }, loopback: lo }),
        delta({
          ...{ netstat: { IpExt: ecn(segments) }, snmp: { Ip: { InReceives: receives } } },
          devices: { lo: device(looped, ours), nm4: device(rx, frames, rx, frames) },
        }),
      );
      const { external, loopback } = traffic;
      const layers = [external.in, external.out, loopback.in].flatMap((each) => Object.values(each));
      for (const number of [...layers, ...Object.values(method.errorBound)])
        expect(number ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});
