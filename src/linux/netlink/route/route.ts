import { addressBytes, addressText } from '../../ip-address.js';
import { attribute, decodeAttributes } from '../attribute.js';
import { MalformedMessageError } from '../malformed-message-error.js';
import { type Message, NLM_F, type ReceivedMessage } from '../message.js';
import { u32 } from '../values.js';
import { familyOf } from './family.js';

/** linux/rtnetlink.h. */
const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_TABLE = 15;
const RTN_UNICAST = 1;
const RTPROT_BOOT = 3;
const RT_TABLE_MAIN = 254;

/** struct rtmsg. */
const HEADER = 12;

/** `to` is a prefix. */
export type NewRoute = {
  readonly to: { readonly address: string; readonly length: number };
  readonly via: string;
  readonly index: number;
};

/** A route as the kernel lists it; undefined fields: it has none. */
export type Route = {
  /** AF_INET (2) or AF_INET6 (10). */
  readonly family: number;
  readonly table: number;
  /** RTN_UNICAST is 1. */
  readonly type: number;
  /** Undefined: it leads everywhere. */
  readonly to: string | undefined;
  readonly length: number;
  readonly via: string | undefined;
  /** Of the device. */
  readonly index: number | undefined;
  readonly metric: number;
};

/** Adds a route to the main table. */
export function newRoute({ to, via, index }: NewRoute): Message {
  const gateway = addressBytes(via);
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(familyOf(gateway), 0);
  header.writeUInt8(to.length, 1);
  header.writeUInt8(RT_TABLE_MAIN, 4);
  header.writeUInt8(RTPROT_BOOT, 5);
  header.writeUInt8(RTN_UNICAST, 7);
  const attributes = [
    ...(to.length === 0 ? [] : [attribute(RTA_DST, addressBytes(to.address))]),
    attribute(RTA_GATEWAY, gateway),
    attribute(RTA_OIF, u32(index)),
  ];
  return {
    type: RTM_NEWROUTE,
    flags: NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL,
    payload: Buffer.concat([header, ...attributes]),
  };
}

/** Asks by which route packets to an address leave. ENETUNREACH: by none. */
export function getRoute(to: string): Message {
  const bytes = addressBytes(to);
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(familyOf(bytes), 0);
  header.writeUInt8(8 * bytes.length, 1);
  return { type: RTM_GETROUTE, flags: NLM_F.ACK, payload: Buffer.concat([header, attribute(RTA_DST, bytes)]) };
}

/** For {@link NetlinkSocket.dump}: the routes of all tables and both families. */
export const LIST_ROUTES = { type: RTM_GETROUTE, payload: Buffer.alloc(HEADER) } as const;

/** Reads an answer or an event of type RTM_NEWROUTE or RTM_DELROUTE. @throws {MalformedMessageError} */
export function decodeRoute({ payload }: ReceivedMessage): Route {
  if (payload.length < HEADER) throw new MalformedMessageError('malformed route');
  const attributes = decodeAttributes(payload.subarray(HEADER));
  const text = (type: number) => {
    const bytes = attributes.bytes(type);
    return bytes?.length === 4 || bytes?.length === 16 ? addressText(bytes) : undefined;
  };
  return {
    family: payload.readUInt8(0),
    table: attributes.u32(RTA_TABLE) ?? payload.readUInt8(4),
    type: payload.readUInt8(7),
    to: text(RTA_DST),
    length: payload.readUInt8(1),
    via: text(RTA_GATEWAY),
    index: attributes.u32(RTA_OIF),
    metric: attributes.u32(RTA_PRIORITY) ?? 0,
  };
}
