import type { Scope } from '../../isolation/scope.js';
import { IPPROTO } from '../../linux/ip/ip-protocols.js';
import { TCP_STATE } from '../../linux/ip/tcp-states.js';
import { isErrno } from '../../linux/linux-error.js';
import { NetworkNamespace } from '../../linux/namespace.js';
import { decodeSocket, destroySocket, type InetSocket, listSockets } from '../../linux/netlink/sock-diag.js';
import { NETLINK_SOCK_DIAG, NetlinkSocket } from '../../linux/netlink/socket.js';
import { AF_INET, AF_INET6 } from '../../linux/socket.js';
import type { CgroupMeter } from '../../observe/meter/cgroup-meter.js';

const OVER: readonly number[] = [TCP_STATE.TIME_WAIT, TCP_STATE.LISTEN, TCP_STATE.CLOSE];

/**
 * Ends a tree's own connections with the outside in a scope's namespace, as if they had been reset. Where the
 * kernel cannot (CONFIG_INET_DIAG_DESTROY) they hang until the tree is ended.
 */
export function abortConnections(meter: CgroupMeter, scope: Scope): void {
  using network = scope.inspect((process) => NetworkNamespace.open(`/proc/${process}/ns/net`));
  using diag = network.inside(() => NetlinkSocket.open(NETLINK_SOCK_DIAG));
  for (const family of [AF_INET, AF_INET6]) {
    const kind = { family, protocol: IPPROTO.tcp };
    try {
      const open = diag.dump(listSockets(kind)).map(decodeSocket);
      const ours = open.filter(
        (socket) => !OVER.includes(socket.state) && isOutside(socket) && meter.connections.owns(socket),
      );
      diag.attempt(ours.map((socket) => destroySocket(kind, socket)));
    } catch (error) {
      // A kernel without IPv6, or that lists no sockets.
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  }
}

const isOutside = ({ local, remote }: InetSocket) =>
  local.address !== remote.address && !/^(::ffff:)?127\.|^::1$/.test(remote.address);
