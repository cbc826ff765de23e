import { attribute, nested } from '../attribute.js';
import { type Message, NLM_F } from '../message.js';
import { string, u32 } from '../values.js';
import { header, IFLA, IFLA_INFO_KIND, RTM_NEWLINK } from './link-header.js';

/** linux/if_link.h, linux/veth.h. */
const IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;

/** One end of a pair. `mac` is six octets. `index` is given to both or neither (veth_newlink(), drivers/net/veth.c). */
export type VethEnd = { readonly name: string; readonly mac: Buffer; readonly index?: number };

export type VethPair = {
  readonly mtu: number;
  /** In the socket's namespace. */
  readonly end: VethEnd;
  /** In that of the descriptor. */
  readonly peer: VethEnd & { readonly namespaceFd: number };
};

/** Asks for a pair of veth devices, both down. EEXIST: a device has the name of one of the ends. EBUSY: or its index. */
export function newVeth({ mtu, end, peer }: VethPair): Message {
  const inner = Buffer.concat([
    header(peer.index ?? 0),
    ...endAttributes(peer, mtu),
    attribute(IFLA.NET_NS_FD, u32(peer.namespaceFd)),
  ]);
  const info = nested(
    IFLA.LINKINFO,
    attribute(IFLA_INFO_KIND, string('veth')),
    nested(IFLA_INFO_DATA, nested(VETH_INFO_PEER, inner)),
  );
  return {
    type: RTM_NEWLINK,
    flags: NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL,
    payload: Buffer.concat([header(end.index ?? 0), ...endAttributes(end, mtu), info]),
  };
}

const endAttributes = ({ name, mac }: VethEnd, mtu: number): Buffer[] => [
  attribute(IFLA.IFNAME, string(name)),
  attribute(IFLA.MTU, u32(mtu)),
  attribute(IFLA.ADDRESS, mac),
];
