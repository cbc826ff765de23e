import { expect, test } from 'vitest';
import { hostLosses } from '../../../src/isolation/user-mode/host-losses.js';

const FILES = {
  netstat: `TcpExt: PAWSEstab TCPDSACKOldSent TCPDSACKOfoSent TCPAbortOnClose TCPAbortOnData TCPAbortOnTimeout
TcpExt: 1 20 300 2 3 4
IpExt: InOctets InNoECTPkts InECT1Pkts InECT0Pkts InCEPkts
IpExt: 100000 90 1 2 3
`,
  snmp: `Ip: InReceives
Ip: 40
Tcp: EstabResets
Tcp: 5
Udp: InErrors SndbufErrors
Udp: 6 7
`,
  snmp6: `Ip6InReceives                   \t10
Ip6InOctets                     \t2000
Ip6InNoECTPkts                  \t14
Udp6InErrors                    \t1
`,
};

const rooms = (file: string) =>
  file.endsWith('tcp_rmem')
    ? '4096\t131072\t33554432\n'
    : file.endsWith('tcp_wmem')
      ? '4096 16384 4194304\n'
      : undefined;

test('what came and was handed to nobody, and what may not have been sent', () => {
  expect(hostLosses(FILES, rooms)).toEqual({
    'host.received': { bytes: 102_000n + 60n * 72n, packets: 110n },
    'host.merged': { bytes: 0n, packets: 60n },
    // A kernel that lacks a name has no such case.
    'host.repeated': { bytes: 0n, packets: 321n },
    'host.undelivered': { bytes: 0n, packets: 7n },
    'host.unsent.datagrams': { bytes: 0n, packets: 7n },
    'host.unread': { bytes: 2n * 33_554_432n, packets: 2n },
    'host.unsent': { bytes: 12n * 4_194_304n, packets: 12n },
  });
});

test('without IPv6 all that came is IPv4’s', () => {
  expect(hostLosses({ ...FILES, snmp6: undefined }, rooms)).toMatchObject({
    'host.received': { bytes: 100_000n + 56n * 72n, packets: 96n },
    'host.undelivered': { packets: 6n },
  });
});

test.each([
  ['netstat', ['received', 'merged', 'repeated', 'unread', 'unsent']],
  ['snmp', ['received', 'merged', 'undelivered', 'unsent.datagrams', 'unsent']],
] as const)('without %s what it says is unknown, not zero', (file, ends) => {
  const losses = hostLosses({ ...FILES, [file]: undefined }, rooms);
  expect(
    Object.keys(losses)
      .filter((name) => losses[name] === undefined)
      .sort(),
  ).toEqual(ends.map((end) => `host.${end}`).sort());
});

test('rooms that cannot be read leave the octets unknown', () => {
  expect(hostLosses(FILES, () => undefined)).toMatchObject({ 'host.unread': undefined, 'host.unsent': undefined });
});
