import { describe, expect, test } from 'vitest';
import type { CounterDelta } from '../../../src/counters/delta.js';
import type { Isolation } from '../../../src/measurement/isolation.js';
import type { Method } from '../../../src/measurement/method.js';
import { behindWire, type Counted } from '../../../src/traffic/behind/behind-wire.js';
import { ipOctets, linkBytes, milliseconds, packets } from '../../../src/units.js';

const VETH: Isolation = { kind: 'veth', mtu: 1500, families: ['ipv4', 'ipv6'] };
const HOST: Isolation = { kind: 'host', devices: ['eth0'] };

const layers = (count: number) => ({
  ...{ wireOctets: ipOctets(100 * count), ipOctets: ipOctets(100 * count) },
  ...{ linkBytes: linkBytes(114 * count), packets: packets(count) },
});
const flow = (count: number) => ({ in: layers(count), out: layers(count) });

type Case = {
  readonly wire?: Readonly<Record<string, number>>;
  readonly ip?: Readonly<Record<string, number>>;
  readonly snmp6?: Readonly<Record<string, number>>;
  readonly loopback?: number;
  readonly txDrop?: number;
};

function counted({ wire = {}, ip = {}, snmp6 = {}, loopback = 0, txDrop = 0 }: Case): Counted {
  const method: Method = { name: 'qdisc', errorBound: { in: 0, out: 0 }, packetsIn: 'qdisc' };
  const delta: CounterDelta = {
    ...{ elapsedMs: milliseconds(1), netstat: { IpExt: ip }, snmp: {}, snmp6, resets: [] },
    devices: { nm4: { kind: 'present', counters: { txDrop } } },
  };
  return {
    traffic: { external: flow(10), loopback: flow(loopback) },
    method,
    wire: Object.fromEntries(
      Object.entries(wire).map(([name, count]) => [name, { bytes: 100 * count, packets: count }]),
    ),
    delta,
  };
}

const reported = (each: Case, isolation: Isolation = VETH) =>
  behindWire(isolation, counted(each)).map(({ kind, packets, ipOctets, certainty }) => [
    kind,
    packets,
    ipOctets,
    certainty,
  ]);

test('an ordinary run has nothing, whatever others did on this machine', () => {
  expect(reported({ wire: { 'behind4.discards': 70, 'behind4.errors': 0, 'behind6.discards': 0 } })).toEqual([]);
});

describe('ICMP errors of this machine’s, and packets that it did not forward', () => {
  test('of both families together', () => {
    const wire = { 'behind4.errors': 3, 'behind6.errors': 2, 'behind4.discards': 4, 'behind6.discards': 5 };
    expect(reported({ wire })).toEqual([
      ['discarded', 9, null, 'at-most'],
      ['icmp-errors', 5, 500, 'exact'],
    ]);
  });

  test('IPv4’s are others’ where the command got no error', () => {
    expect(reported({ wire: { 'behind6.errors': 2, 'behind4.discards': 4, 'behind6.discards': 2 } })).toEqual([
      ['discarded', 2, null, 'exact'],
      ['icmp-errors', 2, 200, 'exact'],
    ]);
  });
});

test('segments of no connection', () => {
  expect(reported({ wire: { 'behind.strays': 2 } })).toEqual([['strays', 2, 200, 'exact']]);
});

test('frames that nobody took, but for those that did not get across', () => {
  expect(reported({ wire: { 'behind.untaken': 5 }, txDrop: 2 })).toEqual([['not-ip', 3, null, 'at-least']]);
  expect(reported({ wire: { 'behind.untaken': 2 }, txDrop: 2 })).toEqual([]);
});

describe('multicast', () => {
  const sent = { ip: { OutMcastPkts: 2, OutMcastOctets: 200, OutBcastPkts: 1, OutBcastOctets: 50 } };

  test('of both families, and broadcast', () => {
    const snmp6 = { Ip6OutMcastPkts: 1, Ip6OutMcastOctets: 7 };
    expect(reported({ ...sent, snmp6 })).toEqual([['multicast', 4, 257, 'exact']]);
    expect(reported(sent, { kind: 'user-mode', tool: 'pasta', mtu: 1500, families: ['ipv4'] })).toEqual([
      ['multicast', 3, 250, 'exact'],
    ]);
  });

  test('that other devices may have carried', () => {
    expect(reported({ ...sent, loopback: 1 })).toEqual([['multicast', 3, 250, 'at-most']]);
    expect(reported({ ...sent, wire: { 'own.devices': 1 } })).toEqual([['multicast', 3, 250, 'at-most']]);
  });

  test('in place by whom it was sent to', () => {
    const to = (family: 'ipv4' | 'ipv6', address: string, octets: number, where = 'external') => ({
      ...{ class: where, family, address },
      out: { octets },
    });
    const remotes = [
      to('ipv4', '224.0.0.251', 1),
      to('ipv4', '239.255.255.250', 2),
      to('ipv4', '255.255.255.255', 4),
      to('ipv6', 'ff02::fb', 8),
      to('ipv6', 'fd00::1', 16),
      to('ipv4', '240.0.0.1', 32),
      to('ipv4', '192.0.2.255', 64),
      to('ipv4', '224.0.0.251', 128, 'loopback'),
    ];
    const all = counted(sent);
    const inPlace = { ...all, method: { ...all.method, name: 'cgroup' }, sockets: { remotes } } as const;
    expect(behindWire(HOST, inPlace)).toEqual([
      { kind: 'multicast', way: 'out', packets: null, ipOctets: 15, certainty: 'exact' },
    ]);
    expect(behindWire(HOST, { ...inPlace, method: { ...all.method, name: 'proc-estimate' } })).toEqual([]);
  });
});
