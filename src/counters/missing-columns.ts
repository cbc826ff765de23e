import type { Snapshot } from './snapshot.js';

/** The counters that netmeter's numbers are made of, by file. */
const NEEDED = {
  netstat: [
    'IpExt.InOctets',
    'IpExt.OutOctets',
    'IpExt.InNoECTPkts',
    'IpExt.InECT1Pkts',
    'IpExt.InECT0Pkts',
    'IpExt.InCEPkts',
  ],
  snmp: ['Ip.InReceives', 'Tcp.OutSegs', 'Tcp.RetransSegs', 'Tcp.ActiveOpens', 'Tcp.AttemptFails', 'Udp.OutDatagrams'],
} as const;

const NEEDED_IPV6 = [
  'Ip6InOctets',
  'Ip6OutOctets',
  'Ip6InReceives',
  'Ip6InNoECTPkts',
  'Ip6InECT1Pkts',
  'Ip6InECT0Pkts',
  'Ip6InCEPkts',
];

/** Counters that this kernel does not print although netmeter uses them; what they feed is then unknown. */
export function missingColumns(taken: Snapshot): string[] {
  const tables = (['netstat', 'snmp'] as const).flatMap((file) =>
    NEEDED[file].filter((path) => {
      const [group = '', name = ''] = path.split('.');
      return taken[file][group]?.[name] === undefined;
    }),
  );
  const { snmp6 } = taken;
  return [...tables, ...(snmp6 ? NEEDED_IPV6.filter((name) => snmp6[name] === undefined) : [])];
}
