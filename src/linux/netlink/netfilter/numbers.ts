/** Numbers of linux/netfilter/nf_tables.h and linux/netfilter.h, by nft(8)'s words for them. */

/** NFPROTO_. */
export const ADDRESS_FAMILIES = { inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 } as const;

/** NF_DROP and NF_ACCEPT, enum nft_verdicts. */
export const VERDICTS = { drop: 0, accept: 1, continue: -1, break: -2, jump: -3, goto: -4, return: -5 } as const;

/** enum nft_meta_keys. */
export const META_KEYS = {
  length: 0,
  protocol: 1,
  priority: 2,
  mark: 3,
  iif: 4,
  oif: 5,
  iifname: 6,
  oifname: 7,
  iiftype: 8,
  oiftype: 9,
  skuid: 10,
  skgid: 11,
  nftrace: 12,
  rtclassid: 13,
  secmark: 14,
  nfproto: 15,
  l4proto: 16,
} as const;

/** enum nft_payload_bases. */
export const PAYLOAD_BASES = { link: 0, network: 1, transport: 2, inner: 3 } as const;

/** enum nft_cmp_ops. */
export const COMPARISONS = { '==': 0, '!=': 1, '<': 2, '<=': 3, '>': 4, '>=': 5 } as const;

/** enum nft_ct_keys. */
export const CONNECTION_KEYS = { state: 0, direction: 1, status: 2, mark: 3 } as const;

/** enum nft_fib_result. */
export const FIB_RESULTS = { oif: 1, oifname: 2, type: 3 } as const;

/** enum nft_nat_types. */
export const NAT_TYPES = { snat: 0, dnat: 1 } as const;

/** enum nft_reject_types. */
export const REJECT_TYPES = { icmp: 0, 'tcp reset': 1, icmpx: 2 } as const;

/** NFT_OBJECT_. */
export const OBJECT_TYPES = { counter: 1, quota: 2, 'ct helper': 3, limit: 4 } as const;

/** enum nft_dynset_ops. */
export const SET_OPERATIONS = { add: 0, update: 1, delete: 2 } as const;

/** enum nf_inet_hooks. */
export const HOOKS = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4, ingress: 5 } as const;

export type AddressFamily = keyof typeof ADDRESS_FAMILIES;
export type HookName = keyof typeof HOOKS;
