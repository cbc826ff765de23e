import { describe, expect, test } from 'vitest';
import type { CounterDelta } from '../../../src/counters/delta.js';
import { countTraffic } from '../../../src/traffic/count-traffic.js';
import { deviceTraffic } from '../../../src/traffic/shared/device-traffic.js';
import { idleOctets } from '../../../src/traffic/shared/idle-octets.js';
import { milliseconds } from '../../../src/units.js';

const ecn = (segments: number) => ({ InNoECTPkts: segments, InECT0Pkts: 0, InECT1Pkts: 0, InCEPkts: 0 });
const device = (rxBytes: number, rxPackets: number, txBytes = 0, txPackets = 0) =>
  ({ kind: 'present', counters: { rxBytes, rxPackets, txBytes, txPackets } }) as const;

/** 100 MB down by IPv4, as a capture saw it: 103,594,352 octets in 69,122 segments, 1,610 GSO packets. */
const bulk: CounterDelta = {
  elapsedMs: milliseconds(1500),
  netstat: { IpExt: { ...ecn(69_122), InOctets: 100_083_728, OutOctets: 83_720 } },
  snmp: { Ip: { InReceives: 1610 }, Tcp: { OutSegs: 1610, RetransSegs: 0 }, Udp: { OutDatagrams: 0 } },
  devices: { lo: device(0, 0), eth0: device(100_106_268, 1610, 106_260, 1610) },
  resets: [],
};

test('TCP in is exact by the IP layer’s counters', () => {
  const { traffic, method } = deviceTraffic(['eth0'], {}, bulk);
  expect(traffic.external.in).toEqual({
    wireOctets: 103_594_352,
    ipOctets: 100_083_728,
    linkBytes: 100_106_268,
    packets: 69_122,
  });
  expect(method).toMatchObject({ name: 'proc-estimate', errorBound: { in: (69_122 - 1610) * 28 } });
  expect(traffic).not.toHaveProperty('hostLocal');
});

test('loopback is taken off what came in, and distinguished', () => {
  const beside = {
    ...bulk,
    netstat: { IpExt: { ...bulk.netstat['IpExt'], InOctets: 100_083_728 + 5000 } },
    devices: { ...bulk.devices, lo: device(5000, 10, 5000, 10) },
  };
  const { traffic, method } = deviceTraffic(['eth0'], {}, beside);
  expect(traffic.external.in.wireOctets).toBe(103_594_352);
  expect(method.errorBound.in).toBe((69_122 - 1610) * 28 + 10 * 72);
  expect(traffic.loopback.in).toEqual({ wireOctets: null, ipOctets: 5000, linkBytes: 5000, packets: 10 });
});

test('what other devices brought in is not the outside’s', () => {
  const bridged = {
    ...bulk,
    netstat: { IpExt: { ...bulk.netstat['IpExt'], InOctets: 100_083_728 + 70_000 } },
    devices: { ...bulk.devices, docker0: device(70_000, 50) },
  };
  expect(deviceTraffic(['eth0'], {}, bridged).traffic.external.in.wireOctets).toBe(103_594_352);
});

test('segments that came by other devices alone add no headers to the counted', () => {
  const elsewhere = { ...bulk, devices: { lo: device(0, 0), eth0: device(0, 0), veth0: device(100_106_268, 1610) } };
  expect(deviceTraffic(['eth0'], {}, elsewhere).traffic.external.in).toMatchObject({ wireOctets: 0, packets: 0 });
});

describe('what other devices carried is in the machine’s counters of TCP, and not the counted device’s', () => {
  /** A download of 5 MB from a namespace of this machine by a veth. */
  const beside = (veth: string, eth0: ReturnType<typeof device>): CounterDelta => ({
    ...bulk,
    netstat: { IpExt: { ...ecn(3460), InOctets: 5_003_000 } },
    snmp: { Ip: { InReceives: 90 }, Tcp: { OutSegs: 1482, RetransSegs: 0 }, Udp: { OutDatagrams: 4 } },
    devices: { lo: device(0, 0), eth0, [veth]: device(5_004_260, 90, 97_800, 1482) },
  });

  test('a device that carried nothing has carried nothing, exactly', () => {
    const { traffic, method } = deviceTraffic(['eth0'], {}, beside('veth0', device(0, 0)));
    const none = { wireOctets: 0, ipOctets: 0, linkBytes: 0, packets: 0 };
    expect([traffic.external, method.errorBound]).toEqual([
      { in: none, out: none },
      { in: 0, out: 0 },
    ]);
  });

  test('where there is no other, what a device has not counted yet came while the files were read', () => {
    const { devices, ...others } = beside('veth0', device(0, 0));
    const { traffic } = deviceTraffic(['eth0'], {}, { ...others, devices: { lo: device(0, 0), eth0: device(0, 0) } });
    // Of the next interval its octets are in no counter of the IP layer.
    expect(traffic.external.in.ipOctets).toBe(5_003_000);
  });

  test('one that carried little has hidden no more segments than fit into it', () => {
    // Ten packets of 1000 octets, each way.
    const { traffic, method } = deviceTraffic(['eth0'], {}, beside('veth0', device(10_140, 10, 10_140, 10)));
    const most = 10_000 + 19 * 72;
    for (const way of ['in', 'out'] as const) {
      const { wireOctets } = traffic.external[way];
      const bound = method.errorBound[way] ?? Infinity;
      expect(wireOctets).toBeLessThanOrEqual(most);
      expect(bound).toBeLessThanOrEqual(wireOctets ?? 0);
      expect((wireOctets ?? 0) - bound).toBeLessThanOrEqual(10_000);
      expect((wireOctets ?? 0) + bound).toBeGreaterThanOrEqual(10_000);
    }
  });

  test('acknowledgements are too short to hide any', () => {
    const { traffic, method } = deviceTraffic(['eth0'], {}, beside('veth0', device(0, 0, 66 * 20, 20)));
    expect([traffic.external.out.wireOctets, method.errorBound.out]).toEqual([52 * 20, 0]);
  });
});

test('out by the device’s own queue is exact but for ARP', () => {
  const { traffic, method } = deviceTraffic(['eth0'], { 'eth0.out': { bytes: 106_260, packets: 1610 } }, bulk);
  expect(traffic.external.out).toMatchObject({ wireOctets: 106_260 - 14 * 1610, packets: 1610 });
  expect(method.errorBound.out).toBe(2 * 28);
});

describe('out without a queue', () => {
  test('each segment beyond the device’s packets adds its headers', () => {
    const upload = {
      ...bulk,
      snmp: { Ip: { InReceives: 0 }, Tcp: { OutSegs: 69_115, RetransSegs: 5 }, Udp: { OutDatagrams: 0 } },
      devices: { lo: device(0, 0), eth0: device(0, 0, 100_113_260, 1606) },
    };
    const { traffic, method } = deviceTraffic(['eth0'], {}, upload);
    // A capture saw 103,601,504.
    expect(traffic.external.out.wireOctets).toBe(103_601_504);
    expect(method.errorBound.out).toBeGreaterThan(0);
  });

  test('nothing sent is exactly nothing', () => {
    const idle = {
      ...bulk,
      snmp: { Ip: { InReceives: 0 }, Tcp: { OutSegs: 0, RetransSegs: 0 }, Udp: { OutDatagrams: 0 } },
      devices: { lo: device(0, 0), eth0: device(0, 0) },
    };
    const { traffic, method } = deviceTraffic(['eth0'], {}, idle);
    expect([traffic.external.out.wireOctets, method.errorBound.out]).toEqual([0, 0]);
  });
});

test('UDP GSO is within the bound: out, and on loopback', () => {
  // A capture saw 3,118,388 octets: 52 datagrams that were segmented into pieces of 1400 octets, which nothing here has counted.
  const quic = {
    ...bulk,
    netstat: { IpExt: { ...ecn(0), InOctets: 0 } },
    snmp: { Ip: { InReceives: 0 }, Tcp: { OutSegs: 0, RetransSegs: 0 }, Udp: { OutDatagrams: 52 } },
    devices: { lo: device(0, 0), eth0: device(0, 0, 3_057_800, 52) },
  };
  const out = deviceTraffic(['eth0'], {}, quic);
  expect((out.traffic.external.out.wireOctets ?? 0) + (out.method.errorBound.out ?? 0)).toBeGreaterThan(3_118_388);
  // 200 datagrams of 48,000 octets to 127.0.0.1, in 40 segments each.
  const looped = {
    ...bulk,
    netstat: { IpExt: { ...ecn(200 * 40), InOctets: 200 * 48_028 } },
    snmp: { ...quic.snmp, Ip: { InReceives: 200 }, Udp: { OutDatagrams: 200 } },
    devices: { lo: device(200 * 48_028, 200, 200 * 48_028, 200), eth0: device(0, 0) },
  };
  const beside = deviceTraffic(['eth0'], {}, looped);
  expect((beside.traffic.external.in.wireOctets ?? 0) - (beside.method.errorBound.in ?? 0)).toBeLessThanOrEqual(0);
});

test('frames that went past a device’s queue make what was sent unknown, unless a card may have counted more of each', () => {
  const queue = { bytes: 106_260, packets: 1610 };
  const sent = (octets: number) =>
    deviceTraffic(
      ['eth0'],
      { 'eth0.out': queue },
      { ...bulk, devices: { lo: device(0, 0), eth0: device(0, 0, octets, 1610) } },
    );
  expect(sent(106_260 + 24 * 1610)).toMatchObject({ traffic: { external: { out: { packets: 1610 } } } });
  expect(sent(106_260 + 24 * 1610)).not.toHaveProperty('past');
  const { traffic, method, past } = sent(106_260 + 24 * 1610 + 1);
  expect([traffic.external.out.wireOctets, traffic.external.out.packets, method.errorBound.out]).toEqual([
    null,
    null,
    null,
  ]);
  expect(past).toEqual([{ device: 'eth0', octets: 1 }]);
});

test('a device that vanished leaves its numbers unknown', () => {
  const { traffic, method } = deviceTraffic(
    ['eth0'],
    {},
    { ...bulk, devices: { lo: device(0, 0), eth0: { kind: 'vanished' } } },
  );
  expect(traffic.external.out).toEqual({ wireOctets: null, ipOctets: null, linkBytes: null, packets: null });
  expect(method.errorBound.out).toBeNull();
});

test('without a device to the outside nothing can have passed, but what moved somewhere else is unknown', () => {
  const loop = { ...bulk, devices: { lo: device(5000, 10, 5000, 10) } };
  const { traffic, method } = deviceTraffic([], {}, loop);
  expect([traffic.external.in.wireOctets, traffic.external.out.wireOctets]).toEqual([0, 0]);
  expect(method.errorBound).toEqual({ in: 0, out: 0 });
  const elsewhere = deviceTraffic([], {}, { ...loop, devices: { ...loop.devices, br0: device(60, 1) } });
  expect([elsewhere.traffic.external.in.wireOctets, elsewhere.method.errorBound.out]).toEqual([null, null]);
});

test('a tap hands over single frames', () => {
  const { traffic, method } = countTraffic(
    { kind: 'user-mode', tool: 'pasta', mtu: 1500, families: ['ipv4'] },
    { 'host4.errors': { bytes: 0, packets: 0 }, 'host6.errors': { bytes: 0, packets: 0 } },
    { ...bulk, devices: { lo: device(0, 0), nm0: device(11_400, 100, 5700, 50) } },
  );
  expect(traffic.external.in).toEqual({ wireOctets: 10_000, ipOctets: 10_000, linkBytes: 11_400, packets: 100 });
  expect(traffic.external.out.wireOctets).toBe(5000 + 50 * 12);
  expect(method).toEqual({ name: 'tap', errorBound: { in: 100 + 50 * 72, out: 56 + 100 * 72 }, packetsIn: 'device' });
});

test('offline nothing passes, by construction', () => {
  const { traffic, method } = countTraffic({ kind: 'offline' }, {}, { ...bulk, devices: { lo: device(40, 1) } });
  expect([traffic.external.in.wireOctets, traffic.loopback.in.ipOctets, method.name]).toEqual([0, 40, 'none']);
});

test('an idle network: multicast and the discovery of neighbours are nobody’s use of it', () => {
  const idle = (over: object): CounterDelta => ({
    ...bulk,
    netstat: { IpExt: { InOctets: 500, InMcastOctets: 300, InBcastOctets: 200, OutOctets: 0, ...over } },
    snmp6: { Ip6InOctets: 144, Ip6InMcastOctets: 0, Icmp6InNeighborSolicits: 2, Ip6OutOctets: 0 },
    devices: { lo: device(0, 0), eth0: device(900, 9) },
  });
  expect(idleOctets(['eth0'], idle({}))).toBe(0);
  expect(idleOctets(['eth0'], idle({ InOctets: 560 }))).toBe(60);
  expect(idleOctets(['eth0'], idle({ InOctets: undefined }))).toBeNull();
});
