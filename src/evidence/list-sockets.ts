import { pid as ownPid } from 'node:process';
import { networkOf } from '../isolation/machine/members/namespace-members.js';
import { openInNetwork } from '../isolation/tools/sockets/open-in-network.js';
import { isErrno } from '../linux/linux-error.js';
import { decodeSocket, type InetSocket, IPPROTO_TCP, IPPROTO_UDP, listSockets } from '../linux/netlink/sock-diag.js';
import { NETLINK_SOCK_DIAG } from '../linux/netlink/socket.js';
import { AF_INET, AF_INET6 } from '../linux/socket.js';

/** One of the sockets of TCP and UDP. */
export type ListedSocket = InetSocket & { readonly protocol: number };

/** One process of each network namespace that some live in: netmeter's own where it lives there too, which stays. */
export function namespacesOf(pids: Iterable<number>): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const own = networkOf('self');
  for (const pid of pids) {
    const name = networkOf(pid);
    if (name !== undefined && !found.has(name)) found.set(name, name === own ? ownPid : pid);
  }
  return found;
}

/** All sockets of TCP and UDP in a process' network namespace. @throws the error of the kernel that refuses */
export function socketsIn(pid: number): ListedSocket[] {
  using diag = openInNetwork(pid, NETLINK_SOCK_DIAG);
  return [IPPROTO_TCP, IPPROTO_UDP].flatMap((protocol) =>
    [AF_INET, AF_INET6].flatMap((family) => {
      try {
        const listed = diag.dump(listSockets({ family, protocol }));
        return listed.map((message) => ({ ...decodeSocket(message), protocol }));
      } catch (error) {
        // Without IPv6, or without the kernel's module for it.
        if (isErrno(error, 'ENOENT', 'EINVAL')) return [];
        throw error;
      }
    }),
  );
}
