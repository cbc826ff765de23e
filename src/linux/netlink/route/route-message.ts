import type { Attributes } from '../attribute.js';

/** Asks for routes, linux/rtnetlink.h. */
export const RTM_GETROUTE = 26;

/** struct rtmsg. */
export const ROUTE_HEADER = 12;

/** enum rtattr_type_t. */
export const RTA = { DST: 1, OIF: 4, GATEWAY: 5, PREFSRC: 7, METRICS: 8, MULTIPATH: 9, TABLE: 15, UID: 25 } as const;
/** Within RTA_METRICS. */
export const RTAX_MTU = 2;

type Header = { readonly family: number; readonly destinationLength?: number; readonly flags?: number };

export function routeHeader({ family, destinationLength = 0, flags = 0 }: Header): Buffer {
  const header = Buffer.alloc(ROUTE_HEADER);
  header.writeUInt8(family, 0);
  header.writeUInt8(destinationLength, 1);
  header.writeUInt32LE(flags, 8);
  return header;
}

/** The header has room for 8 bits of a table's number. */
export const tableOf = (payload: Buffer, attributes: Attributes): number =>
  attributes.u32(RTA.TABLE) ?? payload.readUInt8(4);
