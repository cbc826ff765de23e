import { expect, test } from 'vitest';
import type { CounterDelta } from '../../src/counters/delta.js';
import { protocolSummary } from '../../src/traffic/protocol.js';
import { type WireDelta, wireTraffic } from '../../src/traffic/wire-traffic.js';
import { milliseconds } from '../../src/units.js';

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
const wire = (over: Partial<WireDelta> = {}): WireDelta => ({
  ipv4: { in: { bytes: 1140, packets: 10 }, out: { bytes: 570, packets: 5 } },
  loopback: { bytes: 0, packets: 0 },
  ...over,
});

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

test('super-packets of loopback are not the uplink’s', () => {
  const { traffic, method } = wireTraffic(
    wire({ loopback: { bytes: 500, packets: 5 } }),
    delta({
      netstat: { IpExt: ecn(15) },
      snmp: { Ip: { InReceives: 13 } },
      devices: { lo: device(430, 3), nm4: device(1140, 10, 570, 5) },
    }),
  );
  expect(traffic.external.in).toMatchObject({ wireOctets: 1000, packets: 10 });
  expect(method.packetsIn).toBe('qdisc');
  expect(traffic.loopback.in).toEqual({ wireOctets: 430, ipOctets: 430, linkBytes: 430, packets: 5 });
});

test('a lost queue is estimated from /proc, with its bound', () => {
  const { traffic, method } = wireTraffic(
    wire({ ipv4: { in: undefined, out: { bytes: 570, packets: 5 } } }),
    delta({ netstat: { IpExt: ecn(12) } }),
  );
  expect(traffic.external.in).toMatchObject({ wireOctets: 1000 + 2 * 52, packets: 12 });
  expect(method).toEqual({ name: 'proc-estimate', errorBound: { in: 136, out: 0 }, packetsIn: 'qdisc' });
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
  expect(summary.udp).toEqual({ datagramsIn: 11, datagramsOut: 22, errors: null });
  expect(summary.link).toEqual({ errors: 0, drops: 0 });
});
