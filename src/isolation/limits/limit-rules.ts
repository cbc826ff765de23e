/** What a quota can count. */
type KeptKind = 'in' | 'out' | 'total';

/** Octets that the kernel itself lets pass; what is absent is not limited. */
export type KernelLimits = { readonly [kind in KeptKind]?: number };

/** A hook of the kernel's (nft(8), ADDRESS FAMILIES), and which side of it the device is on. */
type Hook = { readonly hook: string; readonly priority: number; readonly device: 'iif' | 'oif' };

/** Where one direction is counted, behind the queue that counts it exactly, and where the command is refused. */
export type LimitPlace = {
  /** What arrives at the devices is this direction of the command's. */
  readonly counts: 'in' | 'out';
  /** Where the command's own packets pass. */
  readonly sent: Hook;
  /** Where those for the command do. */
  readonly received: Hook;
};

/** The host's ends: what arrives was sent by the command. Refused before its addresses are translated, behind the count of remotes. */
export const LIMITS_AT_HOST_ENDS: LimitPlace = {
  counts: 'out',
  sent: { hook: 'prerouting', priority: -140, device: 'iif' },
  received: { hook: 'postrouting', priority: 190, device: 'oif' },
};

/** In the command's own namespace. */
export const LIMITS_INSIDE: LimitPlace = {
  counts: 'in',
  sent: { hook: 'output', priority: -140, device: 'oif' },
  received: { hook: 'prerouting', priority: -440, device: 'iif' },
};

/** Its listing tells that all of the rules are there. */
export const LAST_LIMIT_CHAIN = 'nm_refuse';

/** Before fragments are put together (NF_IP_PRI_CONNTRACK_DEFRAG, -400): each has crossed the wire with its own header. */
const BEFORE_DEFRAGMENTATION = -450;

/**
 * Holds one element, the same for every device and both directions, once a limit is exceeded: the type of a link is the
 * one key that incoming and outgoing packets share.
 */
const OVER = 'nm_over';

/** nft commands that count what arrives at devices and, once it is more than a limit allows, refuse the command. */
export function limitRules(
  table: string,
  devices: readonly string[],
  place: LimitPlace,
  limits: KernelLimits,
): string[] {
  const names = `{ ${devices.map((device) => `"${device}"`).join(', ')} }`;
  const kinds = ([place.counts, 'total'] as const).filter((kind) => limits[kind] !== undefined);
  const base = (chain: string, hook: string, priority: number) =>
    `add chain ${table} ${chain} { type filter hook ${hook} priority ${priority}; }`;
  const over = ({ device }: Hook) => `${device}name ${names} meta ${device}type @${OVER}`;
  const { sent, received } = place;
  return [
    `add set ${table} ${OVER} { type iface_type; flags dynamic; size 2; }`,
    ...kinds.map((kind) => quota(table, kind, limits[kind] ?? 0)),
    base('nm_spend', 'prerouting', BEFORE_DEFRAGMENTATION),
    ...(place.counts === 'in' ? loopedRules(table) : []),
    ...kinds.map(
      (kind) => `add rule ${table} nm_spend iifname ${names} quota name "nm_max_${kind}" add @${OVER} { meta iiftype }`,
    ),
    // TCP goes on arriving: the command's answer to it is refused, which ends the connection; without one it would hang.
    // ICMP and ICMPv6 by number: nft knows their names from /etc/protocols alone, which a slim system lacks.
    base('nm_hush', received.hook, received.priority),
    `add rule ${table} nm_hush ${over(received)} meta l4proto != { tcp, 1, 58 } drop`,
    ...rejectChain(table),
    base(LAST_LIMIT_CHAIN, sent.hook, sent.priority),
    `add rule ${table} ${LAST_LIMIT_CHAIN} ${over(sent)} goto nm_reject`,
  ];
}

/** A chain that refuses so that a program hears of it at once: TCP by a reset, never a reset itself. */
const rejectChain = (table: string) => [
  `add chain ${table} nm_reject`,
  `add rule ${table} nm_reject tcp flags & rst == rst return`,
  `add rule ${table} nm_reject meta l4proto tcp reject with tcp reset`,
  `add rule ${table} nm_reject reject with icmpx admin-prohibited`,
];

/** The command's own multicast comes back to its members from the device by which it went, and has crossed nothing. */
const loopedRules = (table: string) => [
  `add rule ${table} nm_spend ip daddr { 224.0.0.0/4, 255.255.255.255 } return`,
  `add rule ${table} nm_spend ip6 daddr ff00::/8 return`,
];

/**
 * Makes a quota, or gives the one that is there another limit. The packet with which more than `octets` have passed is
 * over: Linux took an exact hit for one too until 6.10 (nft_overquota(), net/netfilter/nft_quota.c), so there is one octet more.
 */
export const quota = (table: string, kind: KeptKind, octets: number) =>
  `add quota ${table} nm_max_${kind} { over ${Math.max(0, octets) + 1} bytes }`;

/** Refuses the command from now on. */
export const refusal = (table: string) => `add element ${table} ${OVER} { ether }`;
