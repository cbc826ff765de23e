import { isErrno } from '../../linux-error.js';
import { attribute, decodeAttributes } from '../attribute.js';
import { NLM_F } from '../message.js';
import type { NetlinkSocket } from '../socket.js';
import { u32 } from '../values.js';
import { FAMILIES, type RouteType, routeType } from './numbers.js';
import { ROUTE_HEADER, RTA, RTAX_MTU, RTM_GETROUTE, routeHeader, tableOf } from './route-message.js';

/** A packet that is made here. */
export type AskedPacket = {
  /** An address in the network's order: 4 octets, or 16. */
  readonly destination: Buffer;
  /** Whose socket sends it. What is forwarded counts as root's (sock_net_uid(), include/net/sock.h). */
  readonly uid: number;
};

/** How a packet goes. `device`: its index. */
export type FoundRoute = {
  readonly type: RouteType;
  readonly table: number;
  readonly device?: number;
  /** The route's own MTU, where it has one. */
  readonly mtu?: number;
};

/** Answer with the number of the table that had the route. */
const RTM_F_LOOKUP_TABLE = 0x1000;

/** Asks the kernel how a packet goes, through all rules and tables; nothing is sent. @returns undefined: nowhere */
export function findRoute(socket: NetlinkSocket, { destination, uid }: AskedPacket): FoundRoute | undefined {
  const family = FAMILIES[destination.length === 4 ? 'ipv4' : 'ipv6'];
  const payload = Buffer.concat([
    routeHeader({ family, destinationLength: 8 * destination.length, flags: RTM_F_LOOKUP_TABLE }),
    attribute(RTA.DST, destination),
    attribute(RTA.UID, u32(uid)),
  ]);
  try {
    const [answer] = socket.exchange([{ type: RTM_GETROUTE, flags: NLM_F.ACK, payload }]);
    return answer && decodeFound(answer.payload);
  } catch (error) {
    // No route, one that refuses, or no such family.
    if (isErrno(error, 'ENETUNREACH', 'EHOSTUNREACH', 'EACCES', 'EINVAL', 'EOPNOTSUPP', 'EAFNOSUPPORT'))
      return undefined;
    throw error;
  }
}

function decodeFound(payload: Buffer): FoundRoute {
  const attributes = decodeAttributes(payload.subarray(ROUTE_HEADER));
  const device = attributes.u32(RTA.OIF);
  const mtu = attributes.nested(RTA.METRICS).u32(RTAX_MTU);
  return {
    type: routeType(payload[7]),
    table: tableOf(payload, attributes),
    ...(device !== undefined && { device }),
    ...(mtu !== undefined && { mtu }),
  };
}
