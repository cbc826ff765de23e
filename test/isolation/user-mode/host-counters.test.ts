import { expect, test } from 'vitest';
import { readHostCounters } from '../../../src/isolation/user-mode/host-counters.js';

const SNMP = `Ip: Forwarding DefaultTTL ReasmReqds
Ip: 1 64 6
Icmp: InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs
Icmp: 9 1 0 5 2 1
IcmpMsg: InType3 OutType3
IcmpMsg: 5 5
Tcp: OutSegs RetransSegs
Tcp: 90 7
`;
const SNMP6 = `Ip6ReasmReqds                   \t4
Icmp6InDestUnreachs             \t1
Icmp6InPktTooBigs               \t2
Icmp6InTimeExcds                \t3
Icmp6InParmProblems             \t4
`;

const read = (files: Readonly<Record<string, string>>) => readHostCounters((file) => files[file]);

test('ICMP errors, fragments and what was retransmitted, by their names', () => {
  expect(read({ '/proc/net/snmp': SNMP, '/proc/net/snmp6': SNMP6 })).toMatchObject({
    'host4.errors': { bytes: 0n, packets: 8n },
    'host4.fragments': { bytes: 0n, packets: 6n },
    'host.retransmitted': { bytes: 0n, packets: 7n },
    'host6.errors': { bytes: 0n, packets: 10n },
    'host6.fragments': { bytes: 0n, packets: 4n },
  });
});

test('what cannot be read is unknown, not zero', () => {
  expect(read({ '/proc/net/snmp': SNMP.replace('InTimeExcds', 'Another') })).toMatchObject({
    'host4.errors': undefined,
    'host4.fragments': { bytes: 0n, packets: 6n },
    'host.retransmitted': { bytes: 0n, packets: 7n },
    'host6.errors': undefined,
    'host6.fragments': undefined,
  });
});

test('this machine has them', () => {
  expect(readHostCounters()['host4.errors']?.packets).toEqual(expect.any(BigInt));
});
