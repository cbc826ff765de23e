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

const udp = {
  InDatagrams: 1,
  OutDatagrams: 2,
  InErrors: 3,
  NoPorts: 4,
  RcvbufErrors: 5,
  SndbufErrors: 6,
  InCsumErrors: 7,
};
const udp6 = Object.fromEntries(Object.entries(udp).map(([name, count]) => [`Udp6${name}`, 10 * count]));
const namedUdp = ([
  datagramsIn,
  datagramsOut,
  errors,
  noPort,
  receiveBufferErrors,
  sendBufferErrors,
  checksumErrors,
]: readonly (number | null)[]) => ({
  datagramsIn,
  datagramsOut,
  errors,
  noPort,
  receiveBufferErrors,
  sendBufferErrors,
  checksumErrors,
});
const { Udp6InErrors, ...withoutErrors } = udp6;

test.each([
  ['both families', { Udp: udp }, udp6, [11, 22, 33, 44, 55, 66, 77]],
  ['no IPv6', { Udp: udp }, undefined, [1, 2, 3, 4, 5, 6, 7]],
  ['IPv6 that does not count errors', { Udp: udp }, withoutErrors, [11, 22, null, 44, 55, 66, 77]],
  ['IPv4 that does not count', {}, udp6, [null, null, null, null, null, null, null]],
])('UDP: %s', (_, snmp, snmp6, counts) => {
  const summary = protocolSummary(delta({ snmp, ...(snmp6 && { snmp6 }) }));
  expect(summary.udp).toEqual(namedUdp(counts));
});

const icmp = {
  InDestUnreachs: 1,
  InTimeExcds: 2,
  InParmProbs: 3,
  OutDestUnreachs: 4,
  OutTimeExcds: 5,
  OutParmProbs: 6,
  InCsumErrors: 7,
};
const icmp6 = {
  Icmp6InDestUnreachs: 10,
  Icmp6InTimeExcds: 20,
  Icmp6InParmProblems: 30,
  Icmp6OutDestUnreachs: 40,
  Icmp6OutTimeExcds: 50,
  Icmp6OutParmProblems: 60,
  Icmp6InCsumErrors: 70,
  Icmp6InPktTooBigs: 80,
  Icmp6OutPktTooBigs: 90,
};
const namedIcmp = (
  [destinationUnreachable, timeExceeded, parameterProblem]: readonly (number | null)[],
  packetTooBig: number | null,
) => ({ destinationUnreachable, packetTooBig, timeExceeded, parameterProblem });

test.each([
  ['both families', { Icmp: icmp }, icmp6, [11, 22, 33], 80, [44, 55, 66], 90, 77],
  ['no IPv6', { Icmp: icmp }, undefined, [1, 2, 3], 0, [4, 5, 6], 0, 7],
  ['IPv6 that does not count', { Icmp: icmp }, {}, [null, null, null], null, [null, null, null], null, null],
  ['IPv4 that does not count', {}, icmp6, [null, null, null], 80, [null, null, null], 90, null],
])('ICMP: %s', (_, snmp, snmp6, incoming, tooBigIn, out, tooBigOut, checksumErrors) => {
  expect(protocolSummary(delta({ snmp, ...(snmp6 && { snmp6 }) })).icmp).toEqual({
    in: namedIcmp(incoming, tooBigIn),
    out: namedIcmp(out, tooBigOut),
    checksumErrors,
  });
});

test.each<[string, Record<string, DeviceDelta>, number | null, number | null]>([
  ['both ends added up', { nm4: link(1, 2, 3, 4), nm6: link(10, 20, 30, 40) }, 33, 77],
  ['loopback left out', { lo: link(1, 1, 1, 1), nm4: link(0, 0, 0, 0) }, 0, 0],
  ['one that vanished left out', { nm4: { kind: 'vanished' }, nm6: link(1, 0, 0, 1) }, 1, 1],
  ['a column missing', { nm4: { kind: 'present', counters: { rxErrs: 1, txErrs: 1, rxDrop: 1 } } }, 2, null],
])('link errors and drops: %s', (_, devices, errors, drops) => {
  expect(protocolSummary(delta({ devices })).link).toEqual({ errors, drops });
});
