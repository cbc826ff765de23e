import { IFNAMSIZ } from '../../device-name.js';
import { IPPROTO } from '../../ip/ip-protocols.js';
import { u32 } from '../values.js';
import type { Expression } from './expression.js';
import { ADDRESS_FAMILIES, type META_KEYS, type PAYLOAD_BASES } from './numbers.js';
import { noteOfBits, noteOfMeta, noteOfPayload } from './typeof-note.js';

/** What a rule can look at of a packet: how it gets into a register, and what nft(8) makes of it when it prints. */
export type Field = {
  readonly load: (register: number) => Expression;
  readonly octets: number;
  /** nft's number of the type: enum datatypes, nftables' datatype.h. */
  readonly type: number;
  readonly order: 'host' | 'network';
  /** What must be known of a packet before this can be read. */
  readonly needs: readonly Need[];
  /** nft's note of it as the key of a set; absent where its type says as much. */
  readonly note?: Buffer;
};

/** That a field of one byte has a value. */
export type Need = { readonly field: Field; readonly value: number };

const meta = (key: keyof typeof META_KEYS, octets: number, type: number): Field => ({
  load: (to) => ({ kind: 'meta', key, to }),
  octets,
  type,
  order: 'host',
  needs: [],
  note: noteOfMeta(key),
});

export const iifname = meta('iifname', IFNAMSIZ, 41);
export const oifname = meta('oifname', IFNAMSIZ, 41);
/** The kind of link: ARPHRD_ETHER and its like, net/if_arp.h. */
export const iiftype = meta('iiftype', 2, 21);
export const oiftype = meta('oiftype', 2, 21);
export const nfproto = meta('nfproto', 1, 2);
/** The protocol above IP, behind extension headers. */
export const l4proto = meta('l4proto', 1, 12);

const isIpv4: Need = { field: nfproto, value: ADDRESS_FAMILIES.ip };
const isIpv6: Need = { field: nfproto, value: ADDRESS_FAMILIES.ip6 };
const isTcp: Need = { field: l4proto, value: IPPROTO.tcp };
const isUdp: Need = { field: l4proto, value: IPPROTO.udp };

type Place = { readonly base: keyof typeof PAYLOAD_BASES; readonly offset: number; readonly octets: number };

const payload = ({ base, offset, octets }: Place, type: number, needs: readonly Need[], note: Buffer): Field => ({
  load: (to) => ({ kind: 'payload', to, base, offset, length: octets }),
  octets,
  type,
  order: 'network',
  needs,
  note,
});

const ipv4 = (offset: number, note: number) =>
  payload({ base: 'network', offset, octets: 4 }, 7, [isIpv4], noteOfPayload(12, note));
const ipv6 = (offset: number, note: number) =>
  payload({ base: 'network', offset, octets: 16 }, 8, [isIpv6], noteOfPayload(13, note));
const tcp = (offset: number, note: number) =>
  payload({ base: 'transport', offset, octets: 2 }, 13, [isTcp], noteOfPayload(8, note));
const udp = (offset: number, note: number) =>
  payload({ base: 'transport', offset, octets: 2 }, 13, [isUdp], noteOfPayload(6, note));

/** Addresses: RFC 791, RFC 8200. */
export const ip = { saddr: ipv4(12, 11), daddr: ipv4(16, 12) } as const;
export const ip6 = { saddr: ipv6(8, 8), daddr: ipv6(24, 9) } as const;
/** Ports, and the byte of TCP's flags: RFC 9293, RFC 768. */
export const tcpPorts = { sport: tcp(0, 1), dport: tcp(2, 2) } as const;
export const udpPorts = { sport: udp(0, 1), dport: udp(2, 2) } as const;
export const tcpFlags = payload({ base: 'transport', offset: 13, octets: 1 }, 15, [isTcp], noteOfPayload(8, 9));
/** The port that a packet goes to, whatever of the protocols with ports it is of. */
export const thDport = payload({ base: 'transport', offset: 2, octets: 2 }, 13, [], noteOfPayload(1, 2));

/** Octets at an offset of the header above IP. */
export const thOctets = (offset: number, octets: number): Field =>
  payload({ base: 'transport', offset, octets }, 4, [], noteOfBits('transport', offset * 8, octets * 8));

const addressType = (flags: number): Field => ({
  load: (to) => ({ kind: 'fib', to, result: 'type', flags }),
  octets: 4,
  type: 38,
  order: 'host',
  needs: [],
});

/** Whether an address, of the packet's source or destination, is one of this machine's own, a multicast group ...: RTN_, linux/rtnetlink.h. */
export const saddrType = addressType(1);
export const daddrType = addressType(2);
/** One of this machine's own. */
export const RTN_LOCAL: Buffer = u32(2);

const ct = (key: 'state' | 'direction' | 'status', octets: number, type: number): Field => ({
  load: (to) => ({ kind: 'ct', key, to }),
  octets,
  type,
  order: 'host',
  needs: [],
});

/** Bits: {@link CT_STATE}. */
export const ctState = ct('state', 4, 26);
/** 0: as the connection was opened, 1: the answers. */
export const ctDirection = ct('direction', 1, 27);
/** Bits: {@link CT_STATUS}. */
export const ctStatus = ct('status', 4, 28);

/** NF_CT_STATE_BIT, linux/netfilter/nf_conntrack_common.h. */
export const CT_STATE = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 } as const;
/** IPS_. */
export const CT_STATUS = { snat: 0x10, dnat: 0x20 } as const;
export const TCP_FLAGS = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

/** The name of a network device as its field has it. */
export function deviceName(name: string): Buffer {
  const bytes = Buffer.alloc(IFNAMSIZ);
  bytes.write(name, 'latin1');
  return bytes;
}

/** What the names of several devices begin with. */
export const devicePrefix = (start: string): Buffer => Buffer.from(start, 'latin1');
