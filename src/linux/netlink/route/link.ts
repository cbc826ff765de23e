import { AF_INET6 } from '../../socket.js';
import { attribute, decodeAttributes, nested } from '../attribute.js';
import { MalformedMessageError } from '../malformed-message-error.js';
import { type Message, NLM_F, type ReceivedMessage } from '../message.js';
import { string, u8, u32 } from '../values.js';
import {
  HEADER,
  header,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_RUNNING,
  IFF_UP,
  IFLA,
  IFLA_INFO_KIND,
  IFLA_INFO_SLAVE_KIND,
} from './link-header.js';

/** linux/rtnetlink.h. */
export const RTM_DELLINK = 17;
const RTM_GETLINK = 18;
const RTM_SETLINK = 19;

/** linux/if_link.h. */
const IFLA_INET6_ADDR_GEN_MODE = 8;
const IN6_ADDR_GEN_MODE_NONE = 1;

/** What is changed; absent: it stays. */
export type LinkSettings = {
  readonly isUp?: boolean;
  /** False: neighbours are not asked for. */
  readonly asksForNeighbours?: boolean;
  readonly isMulticast?: boolean;
  /** No link-local address is made. */
  readonly hasNoOwnAddress?: boolean;
  readonly mtu?: number;
  readonly alias?: string;
  /** The index of a bridge; 0: of none. */
  readonly master?: number;
};

/** A network device as the kernel lists it. */
export type Link = {
  readonly index: number;
  readonly name: string;
  readonly mtu: number;
  readonly isUp: boolean;
  /** IFF_LOWER_UP: the physical layer is up, and its queue sends. */
  readonly isRunning: boolean;
  readonly alias: string | undefined;
  /** `veth`; undefined for hardware, and lo. */
  readonly kind: string | undefined;
  /** The index, in its own namespace, of a pair's other end or of the device below; undefined: there is none. */
  readonly other: number | undefined;
  /** That one is in another namespace. */
  readonly isOtherElsewhere: boolean;
  /** The index of the device that it is a port or slave of; undefined: of none. */
  readonly master: number | undefined;
  /** What kind that one is: `bridge`; undefined: there is none, or the kernel does not say. */
  readonly masterKind: string | undefined;
  /** That it has received and sent; undefined: the kernel does not say. */
  readonly packets: bigint | undefined;
  /** As its driver counts them, link headers included; undefined: the kernel does not say. */
  readonly octets: { readonly received: bigint; readonly sent: bigint } | undefined;
};

/** Changes a device. */
export function setLink(index: number, settings: LinkSettings): Message {
  const { mtu, alias, master, hasNoOwnAddress } = settings;
  const attributes = [
    ...(mtu === undefined ? [] : [attribute(IFLA.MTU, u32(mtu))]),
    ...(alias === undefined ? [] : [attribute(IFLA.IFALIAS, string(alias))]),
    ...(master === undefined ? [] : [attribute(IFLA.MASTER, u32(master))]),
    ...(hasNoOwnAddress ? [noOwnAddress()] : []),
  ];
  const { set, changed } = flagsOf(settings);
  return { type: RTM_SETLINK, flags: NLM_F.ACK, payload: Buffer.concat([header(index, set, changed), ...attributes]) };
}

const noOwnAddress = () =>
  nested(IFLA.AF_SPEC, nested(AF_INET6, attribute(IFLA_INET6_ADDR_GEN_MODE, u8(IN6_ADDR_GEN_MODE_NONE))));

function flagsOf({ isUp, asksForNeighbours, isMulticast }: LinkSettings): { set: number; changed: number } {
  const wanted = [
    { flag: IFF_UP, on: isUp },
    { flag: IFF_NOARP, on: asksForNeighbours === undefined ? undefined : !asksForNeighbours },
    { flag: IFF_MULTICAST, on: isMulticast },
  ].filter(({ on }) => on !== undefined);
  const sum = (list: typeof wanted) => list.reduce((bits, { flag }) => bits | flag, 0);
  return { set: sum(wanted.filter(({ on }) => on)), changed: sum(wanted) };
}

/** Takes a device away, and a pair's other end with it. */
export const deleteLink = (index: number): Message => ({
  type: RTM_DELLINK,
  flags: NLM_F.ACK,
  payload: header(index),
});

/** Asks for one device. ENODEV: there is none of this name. */
export const getLink = (name: string): Message => ({
  type: RTM_GETLINK,
  flags: NLM_F.ACK,
  payload: Buffer.concat([header(0), attribute(IFLA.IFNAME, string(name))]),
});

/** For {@link NetlinkSocket.dump}: all devices. */
export const LIST_LINKS = { type: RTM_GETLINK, payload: Buffer.alloc(HEADER) } as const;

/** The same: those of one kind; a kernel that has not loaded the kind's driver lists all. */
export const listLinksOf = (kind: string) => ({
  type: RTM_GETLINK,
  payload: Buffer.concat([header(0), nested(IFLA.LINKINFO, attribute(IFLA_INFO_KIND, string(kind)))]),
});

const AF_UNSPEC = 0;

/** Of events those about devices themselves: bridges tell of their ports in messages of a family of its own. */
export const aboutDevices = (events: readonly ReceivedMessage[]): ReceivedMessage[] =>
  events.filter(({ payload }) => payload[0] === AF_UNSPEC);

/** Reads an answer or an event of type RTM_NEWLINK or RTM_DELLINK. @throws {MalformedMessageError} */
export function decodeLink({ payload }: ReceivedMessage): Link {
  if (payload.length < HEADER) throw new MalformedMessageError('malformed link');
  const flags = payload.readUInt32LE(8);
  const attributes = decodeAttributes(payload.subarray(HEADER));
  const info = attributes.nested(IFLA.LINKINFO);
  const statistics = attributes.bytes(IFLA.STATS64);
  return {
    index: payload.readInt32LE(4),
    name: attributes.string(IFLA.IFNAME) ?? '',
    mtu: attributes.u32(IFLA.MTU) ?? 0,
    isUp: (flags & IFF_UP) !== 0,
    isRunning: (flags & IFF_RUNNING) !== 0,
    alias: attributes.string(IFLA.IFALIAS),
    kind: info.string(IFLA_INFO_KIND),
    other: attributes.u32(IFLA.LINK),
    isOtherElsewhere: attributes.u32(IFLA.LINK_NETNSID) !== undefined,
    master: attributes.u32(IFLA.MASTER),
    masterKind: info.string(IFLA_INFO_SLAVE_KIND),
    packets: statistics && packetsOf(statistics),
    octets: statistics && octetsOf(statistics),
  };
}

/** The first four members of struct rtnl_link_stats64: packets that were received and sent, and their octets. */
const packetsOf = (stats: Buffer) =>
  stats.length < 32 ? undefined : stats.readBigUInt64LE() + stats.readBigUInt64LE(8);
const octetsOf = (stats: Buffer) =>
  stats.length < 32 ? undefined : { received: stats.readBigUInt64LE(16), sent: stats.readBigUInt64LE(24) };
