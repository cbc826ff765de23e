import { expect, test } from 'vitest';
import type { CounterDelta } from '../../../src/counters/delta.js';
import type { WireDelta } from '../../../src/traffic/queue-delta.js';
import { tapTraffic } from '../../../src/traffic/tap/tap-traffic.js';
import { milliseconds } from '../../../src/units.js';

const device = (rxBytes: number, rxPackets: number, txBytes: number, txPackets: number) =>
  ({ kind: 'present', counters: { rxBytes, rxPackets, txBytes, txPackets } }) as const;

/** The host received neither an ICMP error nor a fragment meanwhile, if nothing else is said. */
const QUIET: WireDelta = Object.fromEntries(
  ['host4.errors', 'host4.fragments', 'host6.errors', 'host6.fragments'].map((end) => [end, { bytes: 0, packets: 0 }]),
);
const counted = (delta: CounterDelta, wire: WireDelta = {}) => ({ delta, wire: { ...QUIET, ...wire } });

const PASTA = { tool: 'pasta', mtu: 1500 } as const;

/** 300 small requests through pasta; a capture at the far end saw 230,400 octets in and 142,800 out. */
const requests: CounterDelta = {
  elapsedMs: milliseconds(100),
  netstat: { TcpExt: { TCPPureAcks: 300, TCPHPAcks: 300, TCPOrigDataSent: 300 } },
  snmp: { Tcp: { InSegs: 1500, OutSegs: 1500, RetransSegs: 0, ActiveOpens: 300, OutRsts: 0 } },
  devices: { lo: device(0, 0, 0, 0), nm0: device(212_400 + 14 * 1500, 1500, 128_400 + 14 * 1500, 1500) },
  resets: [],
};

test('the wire’s octets have the timestamps that the tap’s lack', () => {
  const { traffic, method } = tapTraffic(PASTA, 'nm0', counted(requests));
  expect(traffic.external.in).toMatchObject({ wireOctets: 230_400, ipOctets: 212_400, linkBytes: 233_400 });
  expect(traffic.external.out).toMatchObject({ wireOctets: 142_800, ipOctets: 128_400, packets: 1500 });
  expect(method).toEqual({
    name: 'tap',
    errorBound: { in: 2304 + 300 * 72, out: 1428 + 900 * 72 },
    packetsIn: 'device',
  });
});

test('TCP on loopback crossed no tap', () => {
  const tcp = { InSegs: 3500, OutSegs: 3500, RetransSegs: 0, ActiveOpens: 300, OutRsts: 0 };
  const beside = {
    ...requests,
    snmp: { Tcp: tcp },
    devices: { ...requests.devices, lo: device(9e6, 2000, 9e6, 2000) },
  };
  const { traffic } = tapTraffic(PASTA, 'nm0', counted(beside));
  expect(traffic.external.in.wireOctets).toBe(230_400);
  expect(traffic.external.out.wireOctets).toBe(142_800);
  expect(traffic.loopback.in.ipOctets).toBe(9e6);
});

test('UDP is on the wire as it is on the tap', () => {
  const udp = { ...requests, snmp: { Tcp: { InSegs: 0, OutSegs: 0, RetransSegs: 0, ActiveOpens: 0, OutRsts: 0 } } };
  expect(tapTraffic(PASTA, 'nm0', counted(udp)).traffic.external.in.wireOctets).toBe(212_400);
});

test('a tap that is gone is unknown, not zero', () => {
  const { traffic, method } = tapTraffic(PASTA, 'nm0', counted({ ...requests, devices: { lo: device(0, 0, 0, 0) } }));
  expect(traffic.external.in.wireOctets).toBeNull();
  expect(method.errorBound).toEqual({ in: null, out: null });
});

test('what the bound knows: other segments, acknowledgements of data, what was retransmitted', () => {
  const upload: CounterDelta = {
    ...requests,
    netstat: { TcpExt: { TCPPureAcks: 90, TCPHPAcks: 90, TCPOrigDataSent: 13_800 } },
    snmp: { Tcp: { InSegs: 182, OutSegs: 13_804, RetransSegs: 10, ActiveOpens: 1, OutRsts: 0 } },
    devices: { lo: device(0, 0, 0, 0), nm0: device(10_000, 182, 20_900_000, 13_814) },
  };
  const { traffic, method } = tapTraffic(PASTA, 'nm0', counted(upload));
  const wire = { in: traffic.external.in.wireOctets ?? 0, out: traffic.external.out.wireOctets ?? 0 };
  expect(method.errorBound.in).toBe(Math.ceil(wire.in * 0.01 + 13_810 * 72));
  expect(method.errorBound.out).toBe(Math.ceil(wire.out * 0.01 + 2 * 72 + 10 * 1500));
  const slirp = tapTraffic({ tool: 'slirp4netns', mtu: 1500 }, 'nm0', counted(upload));
  expect(slirp.method.errorBound.out).toBe(Math.ceil(wire.out * 0.05 + 2 * 72 + 10 * 1500));
});

const packets = (count: number) => ({ bytes: 0, packets: count });
const boundOf = (delta: CounterDelta, wire?: WireDelta, tool: 'pasta' | 'slirp4netns' = 'pasta') =>
  tapTraffic({ tool, mtu: 1500 }, 'nm0', counted(delta, wire)).method.errorBound;

test('ICMP errors and fragments that the host received may be the command’s: the bound holds them', () => {
  const { in: before } = boundOf(requests);
  const wire = { 'host4.errors': packets(2), 'host6.errors': packets(1), 'host4.fragments': packets(3) };
  expect((boundOf(requests, wire).in ?? 0) - (before ?? 0)).toBe(2 * 576 + 1280 + 3 * 20);
});

test('what the host has retransmitted for the transport may be the command’s, too', () => {
  const wire = { 'host.retransmitted': packets(3) };
  expect((boundOf(requests, wire).out ?? 0) - (boundOf(requests).out ?? 0)).toBe(3 * 1500);
});

test('errors beyond the packets that they can answer are others’', () => {
  const wire = { 'host4.errors': packets(450_000) };
  expect((boundOf(requests, wire).in ?? 0) - (boundOf(requests).in ?? 0)).toBe(2 * 1500 * 576);
});

test('what came and was not read is in the bound, with the reason', () => {
  const wire = { 'host.unread': { packets: 1, bytes: 1e9 }, 'host.received': { packets: 0, bytes: 230_400 + 15_000 } };
  const { method } = tapTraffic(PASTA, 'nm0', counted(requests, wire));
  expect((method.errorBound.in ?? 0) - (boundOf(requests).in ?? 0)).toBe(15_000);
  expect(method.reasons).toEqual(['connections of this host ended before all that had come for them was read']);
});

test('where the host does not say, each packet may have got one', () => {
  const unknown = { 'host4.errors': undefined };
  expect((boundOf(requests, unknown).in ?? 0) - (boundOf(requests).in ?? 0)).toBe(1500 * 576);
});

test('errors of the namespace’s own kernel end at the transport', () => {
  const refusing = { ...requests, snmp: { ...requests.snmp, Icmp: { OutDestUnreachs: 2 } } };
  expect((boundOf(refusing).out ?? 0) - (boundOf(requests).out ?? 0)).toBe(2 * 576);
});

test.each([
  ['pasta', 7 * 1500],
  ['slirp4netns', 0],
] as const)('fragments by %s', (tool, more) => {
  const large = { ...requests, snmp: { ...requests.snmp, Ip: { FragCreates: 4 } }, snmp6: { Ip6FragCreates: 3 } };
  expect((boundOf(large, {}, tool).out ?? 0) - (boundOf(requests, {}, tool).out ?? 0)).toBe(more);
});
