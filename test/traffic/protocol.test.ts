import { expect, test } from 'vitest';
import type { CounterDelta, DeviceDelta } from '../../src/counters/delta.js';
import { protocolSummary } from '../../src/traffic/protocol.js';
import { milliseconds } from '../../src/units.js';

const delta = (over: Partial<CounterDelta>): CounterDelta => ({
  elapsedMs: milliseconds(1),
  netstat: {},
  snmp: {},
  devices: {},
  resets: [],
  ...over,
});
const link = (rxErrs: number, txErrs: number, rxDrop: number, txDrop: number): DeviceDelta => ({
  kind: 'present',
  counters: { rxErrs, txErrs, rxDrop, txDrop },
});

const TCP = [
  ['segmentsIn', 'InSegs'],
  ['segmentsOut', 'OutSegs'],
  ['retransmittedSegments', 'RetransSegs'],
  ['resetsSent', 'OutRsts'],
  ['establishedResets', 'EstabResets'],
  ['connectionsOpened', 'ActiveOpens'],
  ['connectionsAccepted', 'PassiveOpens'],
  ['connectionsFailed', 'AttemptFails'],
] as const;

test('each TCP counter has its own place', () => {
  const counters = Object.fromEntries(TCP.map(([, counter], index) => [counter, index + 1]));
  const { tcp } = protocolSummary(delta({ snmp: { Tcp: counters } }));
  expect(tcp).toEqual(Object.fromEntries(TCP.map(([name], index) => [name, index + 1])));
});

test.each(TCP)('%s is null without %s, and the others stay', (name, missing) => {
  const counters = Object.fromEntries(
    TCP.map(([, counter]) => [counter, 0]).filter(([counter]) => counter !== missing),
  );
  const { tcp } = protocolSummary(delta({ snmp: { Tcp: counters } }));
  expect(Object.entries(tcp).filter(([, count]) => count === null)).toEqual([[name, null]]);
});

const udp = { InDatagrams: 1, OutDatagrams: 2, InErrors: 3 };
const udp6 = { Udp6InDatagrams: 10, Udp6OutDatagrams: 20, Udp6InErrors: 30 };

test.each([
  ['both families', { Udp: udp }, udp6, [11, 22, 33]],
  ['no IPv6', { Udp: udp }, undefined, [1, 2, 3]],
  ['IPv6 that does not count errors', { Udp: udp }, { Udp6InDatagrams: 10, Udp6OutDatagrams: 20 }, [11, 22, null]],
  ['IPv4 that does not count', {}, udp6, [null, null, null]],
])('UDP: %s', (_, snmp, snmp6, [datagramsIn, datagramsOut, errors]) => {
  const summary = protocolSummary(delta({ snmp, ...(snmp6 && { snmp6 }) }));
  expect(summary.udp).toEqual({ datagramsIn, datagramsOut, errors });
});

test.each<[string, Record<string, DeviceDelta>, number | null, number | null]>([
  ['both ends added up', { nm4: link(1, 2, 3, 4), nm6: link(10, 20, 30, 40) }, 33, 77],
  ['loopback left out', { lo: link(1, 1, 1, 1), nm4: link(0, 0, 0, 0) }, 0, 0],
  ['one that vanished left out', { nm4: { kind: 'vanished' }, nm6: link(1, 0, 0, 1) }, 1, 1],
  ['a column missing', { nm4: { kind: 'present', counters: { rxErrs: 1, txErrs: 1, rxDrop: 1 } } }, 2, null],
])('link errors and drops: %s', (_, devices, errors, drops) => {
  expect(protocolSummary(delta({ devices })).link).toEqual({ errors, drops });
});
