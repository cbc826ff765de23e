import { isIpv6 } from '../machine/is-ipv6.js';
import type { Destination, Egress } from './destinations.js';

/** Its listing tells that all of the rules are there. */
export const LAST_EGRESS_CHAIN = 'nm_egress';

/** Sets of addresses that names led to, by what becomes of them. */
export const addressSet = (verdict: 'allowed' | 'denied', address: string) => `nm_${verdict}${isIpv6(address) ? 6 : 4}`;

/** The sets that remember what was refused. */
export const TRIED_SETS = ['nm_tried4', 'nm_tried6'] as const;

/** As many different destinations are remembered of each family. */
const MOST_TRIED = 65_535;

const FAMILIES = [
  { family: '4', nfproto: 'ipv4', address: 'ip daddr', type: 'ipv4_addr' },
  { family: '6', nfproto: 'ipv6', address: 'ip6 daddr', type: 'ipv6_addr' },
] as const;

export type EgressRules = {
  /** Family and name. */
  readonly table: string;
  /** The host's ends of the links that lead out. */
  readonly devices: readonly string[];
  readonly egress: Egress;
  /** May always be asked for names. */
  readonly nameservers: readonly string[];
};

/**
 * nft commands that refuse what the command sends where it may not, at once, and remember it. They stand behind the count
 * of remotes (-150), which sees what the wire carried, and before the look-ups are led to their relays (-101).
 */
export function egressRules({ table, devices, egress, nameservers }: EgressRules): string[] {
  const names = `{ ${devices.map((device) => `"${device}"`).join(', ')} }`;
  const rule = (text: string) => `add rule ${table} nm_destination ${text}`;
  const goes = (list: readonly Destination[], verdict: 'allowed' | 'denied', then: string) => [
    ...list.flatMap((each) =>
      each.kind === 'network' ? [rule(`${each.family === '4' ? 'ip' : 'ip6'} daddr ${each.network} ${then}`)] : [],
    ),
    ...FAMILIES.map(({ family, address }) => rule(`${address} @nm_${verdict}${family} ${then}`)),
  ];
  return [
    ...FAMILIES.flatMap(({ family, type }) => [
      ...(['allowed', 'denied'] as const).map((verdict) => `add set ${table} nm_${verdict}${family} { type ${type}; }`),
      `add set ${table} nm_tried${family} { type ${type} . inet_proto . inet_service; flags dynamic; size ${MOST_TRIED}; counter; }`,
    ]),
    ...forbidChain(table),
    `add chain ${table} nm_destination`,
    // Who came in by a published port is answered.
    rule('ct direction reply return'),
    ...nameservers.map((server) =>
      rule(`${isIpv6(server) ? 'ip6' : 'ip'} daddr ${server} meta l4proto { tcp, udp } th dport 53 return`),
    ),
    ...goes(egress.deny, 'denied', 'goto nm_forbid'),
    ...(egress.allow.length > 0 ? [...goes(egress.allow, 'allowed', 'return'), rule('goto nm_forbid')] : []),
    `add chain ${table} ${LAST_EGRESS_CHAIN} { type filter hook prerouting priority -145; }`,
    `add rule ${table} ${LAST_EGRESS_CHAIN} iifname ${names} goto nm_destination`,
  ];
}

/** TCP is refused by a reset, because an ICMP error that meets a connect in the making would only be noted. */
const forbidChain = (table: string) => [
  `add chain ${table} nm_forbid`,
  `add rule ${table} nm_forbid tcp flags & rst == rst return`,
  ...FAMILIES.map(
    ({ family, nfproto, address }) =>
      `add rule ${table} nm_forbid meta l4proto { tcp, udp } meta nfproto ${nfproto} add @nm_tried${family} { ${address} . meta l4proto . th dport counter }`,
  ),
  `add rule ${table} nm_forbid meta l4proto tcp reject with tcp reset`,
  `add rule ${table} nm_forbid reject with icmpx admin-prohibited`,
];
