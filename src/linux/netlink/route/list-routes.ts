import { type Attributes, decodeAttributes } from '../attribute.js';
import type { NetlinkSocket } from '../socket.js';
import { type AddressFamily, familyOfNumber, type RouteType, routeType } from './numbers.js';
import { ROUTE_HEADER, RTA, RTM_GETROUTE, routeHeader, tableOf } from './route-message.js';

/** A route of any table. `devices`: indexes, more than one where it is spread over several. */
export type ListedRoute = {
  readonly family: AddressFamily;
  readonly table: number;
  readonly type: RouteType;
  readonly devices: readonly number[];
};

const AF_UNSPEC = 0;
/** struct rtnexthop: length, flags, hops, device. */
const NEXT_HOP = 8;

/** The routes of all tables of both families. */
export function listRoutes(socket: NetlinkSocket): ListedRoute[] {
  return socket.dump({ type: RTM_GETROUTE, payload: routeHeader({ family: AF_UNSPEC }) }).flatMap(({ payload }) => {
    const family = familyOfNumber(payload[0]);
    if (!family) return [];
    const attributes = decodeAttributes(payload.subarray(ROUTE_HEADER));
    const table = tableOf(payload, attributes);
    return [{ family, table, type: routeType(payload[7]), devices: devicesOf(attributes) }];
  });
}

function devicesOf(attributes: Attributes): number[] {
  const single = attributes.u32(RTA.OIF);
  const hops = attributes.bytes(RTA.MULTIPATH) ?? Buffer.alloc(0);
  const devices = single === undefined ? [] : [single];
  for (let at = 0; at + NEXT_HOP <= hops.length; at += hopLength(hops, at)) devices.push(hops.readInt32LE(at + 4));
  return devices;
}

/** Never 0, which would not end. */
const hopLength = (hops: Buffer, at: number) => Math.max(NEXT_HOP, (hops.readUInt16LE(at) + 3) & ~3);
