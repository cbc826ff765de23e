import { expect, test } from 'vitest';
import { type FarCounters, trueOctets } from '../../src/doctor/true-octets.js';

const far = (segments: { in: number; out: number; again?: number }): FarCounters => ({
  netstat: `IpExt: InNoECTPkts InECT1Pkts InECT0Pkts InCEPkts\nIpExt: ${segments.in} 0 0 0\n`,
  snmp: `Tcp: OutSegs RetransSegs\nTcp: ${segments.out} ${segments.again ?? 0}\n`,
  snmp6: [`Ip6InNoECTPkts ${segments.in}`, 'Ip6InECT1Pkts 0', 'Ip6InECT0Pkts 0', 'Ip6InCEPkts 0', ''].join('\n'),
});
const load = { bytes: 10_000, requests: 24, connections: 2 };

test.each([
  ['ipv4', 52],
  ['ipv6', 72],
] as const)('%s: a header a segment, the payload, and the options of SYNs', (family, header) => {
  expect(trueOctets(family, load, far({ in: 5, out: 7 }), far({ in: 25, out: 37 }))).toEqual({
    in: 30 * header + 10_000 + 16,
    out: 20 * header + 10_000 + 24 + 16,
  });
});

test('with a segment sent again nothing is proved', () => {
  expect(trueOctets('ipv4', load, far({ in: 0, out: 0 }), far({ in: 9, out: 9, again: 1 }))).toBeUndefined();
});
