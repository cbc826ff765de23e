import { expect, test } from 'vitest';
import { missingColumns } from '../../src/counters/missing-columns.js';
import { type Snapshot, snapshot } from '../../src/counters/snapshot.js';
import { milliseconds } from '../../src/units.js';
import { fixture } from './fixture.js';

const taken = snapshot((file) => fixture(`linux-6.18-new-namespace/${file}`), milliseconds(0));
const { snmp6: _, sockstat6: __, ...withoutIpv6 } = taken;

test.each<[string, Snapshot, string[]]>([
  ['this kernel', taken, []],
  ['a host without IPv6', withoutIpv6, []],
  [
    'a kernel of 2011, before the ECN counters',
    { ...withoutIpv6, netstat: { IpExt: { InOctets: 1n, OutOctets: 2n } } },
    ['IpExt.InNoECTPkts', 'IpExt.InECT1Pkts', 'IpExt.InECT0Pkts', 'IpExt.InCEPkts'],
  ],
  [
    'no group at all',
    { ...withoutIpv6, snmp: {} },
    ['Ip.InReceives', 'Tcp.OutSegs', 'Tcp.RetransSegs', 'Tcp.ActiveOpens', 'Tcp.AttemptFails', 'Udp.OutDatagrams'],
  ],
  [
    'IPv6 without its ECN counters',
    { ...taken, snmp6: { Ip6InOctets: 0n, Ip6OutOctets: 0n, Ip6InReceives: 0n } },
    ['Ip6InNoECTPkts', 'Ip6InECT1Pkts', 'Ip6InECT0Pkts', 'Ip6InCEPkts'],
  ],
])('%s', (_name, after, missing) => {
  expect(missingColumns(after)).toEqual(missing);
});
