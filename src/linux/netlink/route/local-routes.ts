import { addressText } from '../../ip/ip-address.js';
import { isErrno } from '../../linux-error.js';
import { attribute, decodeAttributes } from '../attribute.js';
import type { ReceivedMessage } from '../message.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../socket.js';
import { u32 } from '../values.js';
import { FAMILIES, routeType } from './numbers.js';
import { ROUTE_HEADER, RTA, RTM_GETROUTE, routeHeader } from './route-message.js';

/** linux/rtnetlink.h. */
const RT_TABLE_LOCAL = 255;
const RTM_NEWADDR = 20;
const RTM_DELADDR = 21;
const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const ONE_ADDRESS = 32;

/**
 * The IPv4 addresses that are delivered in the calling thread's network namespace: local routes to one address each, those of
 * devices that are down and those that were added by hand among them. The kernel looks through its table of these alone, however many
 * routes there are beside it.
 * @throws {LinuxError} socket, netlink
 */
export function localIpv4Addresses(): string[] {
  using socket = NetlinkSocket.open(NETLINK_ROUTE, { filters: true });
  const payload = Buffer.concat([routeHeader({ family: FAMILIES.ipv4 }), attribute(RTA.TABLE, u32(RT_TABLE_LOCAL))]);
  try {
    const listed = socket.dump({ type: RTM_GETROUTE, payload });
    return [...new Set(listed.flatMap(({ payload: route }) => localAddress(route)))];
  } catch (error) {
    // A namespace that never had an address has no such table.
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

function localAddress(route: Buffer): string[] {
  const destination = decodeAttributes(route.subarray(ROUTE_HEADER)).bytes(RTA.DST);
  const isOne = route[1] === ONE_ADDRESS && routeType(route[7]) === 'local';
  return isOne && destination ? [addressText(destination)] : [];
}

/** Whether an event is about an address of the namespace's own: a router's other routes may change many times a second. */
export function concernsOwnAddress({ type, payload }: Pick<ReceivedMessage, 'type' | 'payload'>): boolean {
  if (type === RTM_NEWADDR || type === RTM_DELADDR) return true;
  return (type === RTM_NEWROUTE || type === RTM_DELROUTE) && routeType(payload[7]) === 'local';
}
