import { NetworkNamespace } from '../../linux/namespace.js';
import { decodeLink, LIST_LINKS } from '../../linux/netlink/route/link.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../linux/netlink/socket.js';
import { leadingOut } from './leading-out.js';
import type { Devices } from './meter-options.js';

/**
 * The MTU of each device by its number, and which lead out.
 * @param file of the network namespace, /proc/PID/ns/net
 * @param isAtStart see {@link leadingOut}
 * @throws {LinuxError} setns: EPERM without CAP_SYS_ADMIN, in another namespace than this thread's
 */
export function readDevices(file: string, isAtStart: boolean): Pick<Devices, 'mtus' | 'outer'> {
  using namespace = NetworkNamespace.open(file);
  using own = NetworkNamespace.open();
  const open = () => NetlinkSocket.open(NETLINK_ROUTE);
  using route = namespace.identity === own.identity ? open() : namespace.inside(open);
  const links = route.dump(LIST_LINKS).map(decodeLink);
  return { mtus: new Map(links.map(({ index, mtu }) => [index, mtu])), outer: leadingOut(links, isAtStart) };
}
