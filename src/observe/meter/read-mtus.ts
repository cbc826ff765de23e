import { NetworkNamespace } from '../../linux/namespace.js';
import { decodeLink, LIST_LINKS } from '../../linux/netlink/route/link.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../linux/netlink/socket.js';

/**
 * The MTU of each device by its number.
 * @param file of the network namespace, /proc/PID/ns/net
 * @throws {LinuxError} setns: EPERM without CAP_SYS_ADMIN, in another namespace than this thread's
 */
export function readMtus(file: string): ReadonlyMap<number, number> {
  using namespace = NetworkNamespace.open(file);
  using own = NetworkNamespace.open();
  const open = () => NetlinkSocket.open(NETLINK_ROUTE);
  using route = namespace.identity === own.identity ? open() : namespace.inside(open);
  return new Map(
    route
      .dump(LIST_LINKS)
      .map(decodeLink)
      .map(({ index, mtu }) => [index, mtu]),
  );
}
