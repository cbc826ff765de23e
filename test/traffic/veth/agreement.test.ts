import { expect, test } from 'vitest';
import type { CounterDelta } from '../../../src/counters/delta.js';
import type { Method } from '../../../src/measurement/method.js';
import type { Traffic } from '../../../src/measurement/traffic.js';
import type { TreeCount } from '../../../src/traffic/shared/tree-count.js';
import { type Sockets, withAgreement } from '../../../src/traffic/veth/agreement.js';
import { ipOctets, linkBytes, milliseconds, packets } from '../../../src/units.js';

const layers = (octets: number | null) => ({
  wireOctets: octets === null ? null : ipOctets(octets),
  ipOctets: ipOctets(octets ?? 0),
  linkBytes: linkBytes(octets ?? 0),
  packets: packets(1),
});

const links = (incoming: number | null, out: number) => {
  const external = { in: layers(incoming), out: layers(out) };
  const method: Method = { name: 'qdisc', errorBound: { in: 0, out: 0 }, packetsIn: 'qdisc' };
  const traffic: Traffic = { external, loopback: { in: layers(0), out: layers(0) } };
  return { traffic, method };
};

const QUIET = { InMcastPkts: 0, OutMcastPkts: 0 };
const delta = (snmp: CounterDelta['snmp'] = {}, ip: Record<string, number> = {}): CounterDelta => ({
  elapsedMs: milliseconds(1),
  netstat: { IpExt: { ...QUIET, ...ip } },
  snmp: {
    Tcp: { OutRsts: 0, InErrs: 0, ...snmp['Tcp'] },
    Udp: { InErrors: 0, NoPorts: 0, ...snmp['Udp'] },
    Icmp: { InEchos: 0, ...snmp['Icmp'] },
    Ip: { ReasmReqds: 0, ReasmFails: 0, FragCreates: 0, FragFails: 0, ...snmp['Ip'] },
  },
  devices: {},
  resets: [],
});

const sockets = (incoming: number, out: number, more: Partial<Sockets> = {}): Sockets => {
  const of = (way: 'in' | 'out', octets: number): TreeCount => ({
    ...{ class: 'external', family: 'ipv4', protocol: 'tcp', way },
    count: {
      wireOctets: BigInt(octets),
      ...{ ipOctets: 0n, packets: 1n, payload: 0n, fragmented: 0n, fragments: 0n, unknownMtu: 0n, rawOctets: 0n },
    },
  });
  return {
    totals: [of('in', incoming), of('out', out)],
    unseen: 0,
    late: null,
    sentPastIp: 0,
    hasLeft: false,
    ...more,
  };
};

test('two counts that are the same need no explanation, whatever happened', () => {
  const { method } = withAgreement(links(100, 50), sockets(100, 50), {
    wire: {},
    delta: delta({ Tcp: { OutRsts: 3 } }),
  });
  expect(method.agreement).toEqual({
    difference: { in: 0, out: 0 },
    explainedBy: [],
    unexplained: { in: 0, out: 0 },
  });
  expect(method.errorBound).toEqual({ in: 0, out: 0 });
});

test.each([-7, 7])('a difference of %i that nothing explains is how far the numbers can be off', (off) => {
  const { method } = withAgreement(links(100 + off, 50), sockets(100, 50), { wire: {}, delta: delta() });
  expect(method.agreement).toEqual({
    difference: { in: off, out: 0 },
    explainedBy: [],
    unexplained: { in: 7, out: 0 },
  });
  expect(method.errorBound).toEqual({ in: 7, out: 0 });
});

test.each([
  ['packet-sockets', 60, 60, delta(), { sentPastIp: 60 }, {}],
  ['packet-sockets', 80, 60, delta(), { sentPastIp: 60 }, {}],
  ['closed-connections', 52, 144, delta(), { unseen: 1 }, {}],
  ['closed-connections', 80, 144, delta({ Tcp: { OutRsts: 2 } }), {}, {}],
  ['multicast', 40, Infinity, delta({}, { OutMcastPkts: 1 }), {}, {}],
  ['left-cgroup', 1_000_000, Infinity, delta(), { hasLeft: true }, {}],
  ['nested-namespaces', 1_000_000, Infinity, delta(), {}, { 'own.devices': { bytes: 0, packets: 1 } }],
] as const)('%s explain %i octets up to %d', (cause, octets, most, counters, more, wire) => {
  const { method } = withAgreement(links(100, 50 + octets), sockets(100, 50, more), { wire, delta: counters });
  expect(method.agreement?.explainedBy).toContain(cause);
  expect(method.agreement?.unexplained.out).toBe(Math.max(0, octets - most));
});

test('what was refused behind the links was sent by a socket', () => {
  const wire = { 'refused4.out': { bytes: 30, packets: 1 }, 'refused4.in': { bytes: 40, packets: 1 } };
  const { method } = withAgreement(links(100, 50), sockets(140, 80), { wire, delta: delta() });
  expect(method.agreement?.difference).toEqual({ in: 0, out: 0 });
});

test('an unknown number cannot be compared', () => {
  const { method } = withAgreement(links(null, 50), sockets(100, 50), { wire: {}, delta: delta() });
  expect(method.agreement?.difference).toEqual({ in: null, out: 0 });
});
