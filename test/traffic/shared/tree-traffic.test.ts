import { describe, expect, test } from 'vitest';
import { loopbackBounds } from '../../../src/budget/bounds/local-bounds.js';
import type { CounterDelta } from '../../../src/counters/delta.js';
import { allOctets, type TreeCount, treeOctets } from '../../../src/traffic/shared/tree-count.js';
import { treeTraffic } from '../../../src/traffic/shared/tree-traffic.js';
import { milliseconds } from '../../../src/units.js';

const NONE = {
  wireOctets: 0n,
  ipOctets: 0n,
  packets: 0n,
  payload: 0n,
  fragmented: 0n,
  fragments: 0n,
  unknownMtu: 0n,
  rawOctets: 0n,
};

const counted = (over: Partial<Omit<TreeCount, 'count'>>, count: Partial<TreeCount['count']>): TreeCount => ({
  ...{ class: 'external', family: 'ipv4', protocol: 'tcp', way: 'in' },
  ...over,
  count: { ...NONE, ...count },
});

const moved = (octets: bigint, more: Partial<TreeCount['count']> = {}) => ({
  ...{ wireOctets: octets, ipOctets: octets, packets: 1n },
  ...more,
});

const zeros = (...names: string[]) => Object.fromEntries(names.map((name) => [name, 0]));
const quiet: CounterDelta = {
  elapsedMs: milliseconds(100),
  netstat: {},
  snmp: {
    Udp: { NoPorts: 0 },
    Ip: zeros('ReasmReqds', 'ReasmFails', 'FragCreates', 'FragFails'),
    Icmp: zeros(
      ...['InDestUnreachs', 'InTimeExcds', 'InParmProbs', 'InRedirects'],
      ...['OutDestUnreachs', 'OutTimeExcds', 'OutParmProbs'],
    ),
  },
  devices: {},
  resets: [],
};
const late = (NoPorts: number): CounterDelta => ({ ...quiet, snmp: { ...quiet.snmp, Udp: { NoPorts } } });
const withIp = (over: Record<string, number>): CounterDelta => ({
  ...quiet,
  snmp: { ...quiet.snmp, Ip: { ...quiet.snmp['Ip'], ...over } },
});

test('traffic by class, family and direction, all protocols together', () => {
  const { traffic, method } = treeTraffic(
    [
      counted({}, { wireOctets: 1000n, ipOctets: 900n, packets: 3n }),
      counted({ protocol: 'udp' }, moved(50n)),
      counted({ family: 'ipv6', way: 'out' }, moved(70n)),
      counted({ class: 'loopback' }, moved(8n)),
      counted({ class: 'hostLocal', way: 'out' }, moved(9n)),
    ],
    { wire: {}, delta: quiet, unseen: 0, late: null, sentPastIp: 0 },
  );
  expect(traffic.external.in).toEqual({ wireOctets: 1050, ipOctets: 950, linkBytes: null, packets: 4 });
  expect(traffic.external.ipv4?.in.wireOctets).toBe(1050);
  expect(traffic.external.ipv6).toMatchObject({ in: { wireOctets: 0 }, out: { wireOctets: 70 } });
  expect(traffic.loopback.in.wireOctets).toBe(8);
  expect(traffic.hostLocal?.out.wireOctets).toBe(9);
  expect(method).toEqual({ name: 'cgroup', errorBound: { in: 0, out: 0 }, packetsIn: 'cgroup' });
});

test('in passing, external octets alone are reported, and all of them for the quiet', () => {
  const counts = [
    counted({}, moved(5n)),
    counted({ way: 'out' }, moved(6n)),
    counted({ class: 'loopback' }, moved(7n)),
  ];
  expect(treeOctets(counts)).toEqual({ in: 5n, out: 6n });
  expect(allOctets(counts)).toBe(18n);
});

test('a port of the host is taken off loopback, each direction once', () => {
  const counts = [counted({ class: 'loopback' }, moved(100n)), counted({ class: 'loopback', way: 'out' }, moved(60n))];
  const wire = { 'host-port.in': { bytes: 90, packets: 1 }, 'host-port.out': { bytes: 50, packets: 1 } };
  const { loopback, hostLocal } = treeTraffic(counts, {
    wire,
    delta: quiet,
    unseen: 0,
    late: null,
    sentPastIp: 0,
  }).traffic;
  expect([loopback.in.wireOctets, loopback.out.wireOctets]).toEqual([10, 10]);
  expect([hostLocal?.in.wireOctets, hostLocal?.out.wireOctets]).toEqual([90, 50]);
});

describe('how far it can be off', () => {
  const methodOf = (
    count: Partial<TreeCount['count']>,
    delta: CounterDelta,
    over: Partial<TreeCount> = {},
    seen: number | null = null,
  ) =>
    treeTraffic([counted({ protocol: 'udp', ...over }, moved(4000n, count))], {
      wire: {},
      delta,
      unseen: 0,
      late: seen,
      sentPastIp: 0,
    }).method;
  const bound = (...of: Parameters<typeof methodOf>) => methodOf(...of).errorBound;
  const fragments = { fragmented: 1n, fragments: 3n };

  test.each([
    ['as many fragments as the kernel has met are exact', fragments, withIp({ ReasmReqds: 3 }), 0],
    ['of others’ fragments nobody knows', fragments, withIp({ ReasmReqds: 5 }), 40],
    ['fragments of which nothing became anything', {}, withIp({ ReasmReqds: 2, ReasmFails: 1 }), 40],
    ['others’ whole datagrams are none of the tree’s', {}, withIp({ ReasmReqds: 2 }), 0],
    ['a raw socket’s copies', { rawOctets: 84n }, quiet, 84],
    ['a device whose MTU is not known', { unknownMtu: 1n }, quiet, null],
    ['datagrams for nobody may have been for a socket that was closed', {}, late(2), 2 * 65_535],
    ['fragments where the kernel counts none', fragments, { ...quiet, snmp: {} }, null],
  ])('in: %s', (_, count, delta, off) => {
    expect(bound(count, delta).in).toBe(off);
    // And why, where it can be.
    expect(methodOf(count, delta).reasons).toEqual(
      off === 0 ? undefined : expect.arrayContaining([expect.any(String)]),
    );
  });

  test('where datagrams for closed sockets were seen one by one, those for nobody are others’', () => {
    expect(methodOf({}, late(160_000), {}, 0)).toMatchObject({ errorBound: { in: 0, out: 0 } });
    expect(methodOf({}, late(160_000), {}, 300)).toMatchObject({
      errorBound: { in: 300, out: 0 },
      reasons: ['datagrams came for sockets that were closed, or for nobody'],
    });
  });

  test('what was sent past IP is missing, and so is, in, what answered it', () => {
    const { method } = treeTraffic([], { wire: {}, delta: quiet, unseen: 0, late: null, sentPastIp: 5420 });
    expect(method.errorBound).toEqual({ in: null, out: 5420 });
  });

  test('ICMP errors are at most so large and so many as the packets that they can answer, and none of a tree that sent nothing', () => {
    const errors = (ways: Readonly<Record<string, number>>) => ({
      ...quiet,
      snmp: { ...quiet.snmp, Icmp: { ...quiet.snmp['Icmp'], ...ways } },
    });
    const of = (counts: readonly TreeCount[], delta: CounterDelta, seen: number | null = 0) =>
      treeTraffic(counts, { wire: {}, delta, unseen: 0, late: seen, sentPastIp: 0 }).method;
    const sent = counted({ way: 'out', protocol: 'udp' }, moved(300n, { packets: 3n }));
    const came = counted({ way: 'in', protocol: 'udp' }, moved(300n, { packets: 5n }));
    expect(of([sent], errors({ InDestUnreachs: 2 }))).toMatchObject({
      errorBound: { in: 2 * 576, out: 0 },
      reasons: ['ICMP errors came or went, which have no socket and may be others’'],
    });
    // Whoever sends more of them sends others'.
    expect(of([sent], errors({ InDestUnreachs: 450_000 })).errorBound).toEqual({ in: 3 * 576, out: 0 });
    // This machine's own answer what came, or what could not leave.
    expect(of([sent, came], errors({ OutDestUnreachs: 450_000 })).errorBound).toEqual({ in: 0, out: 8 * 576 });
    // Two more, at most, answer what came for sockets that were closed; without those nobody knows.
    expect(of([sent, came], errors({ OutDestUnreachs: 20 }), 56).errorBound).toEqual({ in: 56, out: 10 * 576 });
    expect(of([sent, came], errors({ OutDestUnreachs: 20 }), null).errorBound).toEqual({ in: 0, out: 20 * 576 });
    expect(of([counted({ class: 'loopback' }, moved(9n))], errors({ InDestUnreachs: 2 })).errorBound.in).toBe(0);
  });
});

test('what packet sockets send is bounded, and unknown where the kernel does not say', () => {
  const method = (sentPastIp: number | null) =>
    treeTraffic([counted({}, moved(100n))], { wire: {}, delta: quiet, unseen: 0, late: null, sentPastIp }).method;
  expect(method(40)).toEqual({
    name: 'cgroup',
    errorBound: { in: null, out: 40 },
    reasons: ['what packet sockets receive for what they sent has no other socket'],
    packetsIn: 'cgroup',
  });
  expect(method(null)).toEqual({
    name: 'cgroup',
    errorBound: { in: null, out: null },
    reasons: ['what packet sockets send is not seen here: it takes Linux 6.3, or kprobes'],
    packetsIn: 'cgroup',
  });
});

test('of connections whose end was not seen a FIN may have come late, and a packet for each reset', () => {
  const after = (resets: number) => {
    const delta = { ...quiet, snmp: { ...quiet.snmp, Tcp: { OutRsts: resets } } };
    return treeTraffic([counted({}, moved(100n))], { wire: {}, delta, unseen: 2, late: null, sentPastIp: 0 }).method
      .errorBound;
  };
  expect(after(0)).toEqual({ in: 288, out: 288 });
  expect(after(1)).toEqual({ in: 288 + 8 * 65_535 + 72 * 979, out: 288 + 72 });
});

test('loopback is one number where one side is the tree’s, and between bounds where both may be', () => {
  const bounds = (received: bigint, sent: bigint) => {
    const counts = [
      counted({ class: 'loopback' }, moved(received)),
      counted({ class: 'loopback', way: 'out' }, moved(sent)),
    ];
    const { traffic, method } = treeTraffic(counts, { wire: {}, delta: quiet, unseen: 0, late: null, sentPastIp: 0 });
    return loopbackBounds({ traffic, method, external: traffic.external, ended: false });
  };
  expect(bounds(0n, 7n)).toMatchObject({ lower: 7, upper: 7 });
  expect(bounds(8n, 7n)).toMatchObject({ lower: 8, upper: 15, used: 8 });
});
