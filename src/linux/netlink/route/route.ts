import { addressBytes } from '../../ip/ip-address.js';
import { attribute } from '../attribute.js';
import { type Message, NLM_F } from '../message.js';
import { u32 } from '../values.js';
import { familyOf } from './family.js';
import { RTA, routeHeader } from './route-message.js';

/** linux/rtnetlink.h. */
const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const RTN_UNICAST = 1;
const RTPROT_BOOT = 3;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RT_TABLE = { main: 254, local: 255 } as const;

/** `to` is a prefix; without `via` its addresses are neighbours on the device. */
export type NewRoute = {
  readonly to: { readonly address: string; readonly length: number };
  readonly via?: string;
  /** The address that packets go out with, whose sender has chosen none. */
  readonly from?: string;
  readonly index: number;
  /** The main one by default. The one of local addresses is looked up before all others. */
  readonly table?: keyof typeof RT_TABLE;
};

/** Adds a route. */
export const newRoute = (route: NewRoute): Message => ({
  type: RTM_NEWROUTE,
  flags: NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL,
  payload: payloadOf(route),
});

/** Takes a route away. */
export const deleteRoute = (route: NewRoute): Message => ({
  type: RTM_DELROUTE,
  flags: NLM_F.ACK,
  payload: payloadOf(route),
});

function payloadOf({ to, via, from, index, table = 'main' }: NewRoute): Buffer {
  const destination = addressBytes(to.address);
  const header = routeHeader({ family: familyOf(destination), destinationLength: to.length });
  header.writeUInt8(RT_TABLE[table], 4);
  header.writeUInt8(RTPROT_BOOT, 5);
  header.writeUInt8(via === undefined ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE, 6);
  header.writeUInt8(RTN_UNICAST, 7);
  const attributes = [
    ...(to.length === 0 ? [] : [attribute(RTA.DST, destination)]),
    ...(via === undefined ? [] : [attribute(RTA.GATEWAY, addressBytes(via))]),
    attribute(RTA.OIF, u32(index)),
    ...(from === undefined ? [] : [attribute(RTA.PREFSRC, addressBytes(from))]),
  ];
  return Buffer.concat([header, ...attributes]);
}
