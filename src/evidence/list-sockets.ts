import { pid as ownPid } from 'node:process';
import { networkOf } from '../isolation/machine/members/namespace-members.js';
import { openInNetwork } from '../isolation/tools/sockets/open-in-network.js';
import { IPPROTO } from '../linux/ip/ip-protocols.js';
import { TCP_STATE } from '../linux/ip/tcp-states.js';
import { isErrno } from '../linux/linux-error.js';
import { ALL_STATES, decodeSocket, type InetSocket, listSockets } from '../linux/netlink/sock-diag.js';
import { NETLINK_SOCK_DIAG } from '../linux/netlink/socket.js';
import { AF_INET, AF_INET6 } from '../linux/socket.js';

/** One of the sockets of TCP and UDP. */
export type ListedSocket = InetSocket & { readonly protocol: number };

/** In TIME_WAIT it is nobody's socket any more, and a command that connects a lot leaves tens of thousands. */
const STATES = ALL_STATES & ~(1 << TCP_STATE.TIME_WAIT);

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

/** The sockets of TCP and UDP in a process' network namespace, without those in TIME_WAIT. @throws the error of the kernel that refuses */
export function socketsIn(pid: number): ListedSocket[] {
  using diag = openInNetwork(pid, NETLINK_SOCK_DIAG);
  return [IPPROTO.tcp, IPPROTO.udp].flatMap((protocol) =>
    [AF_INET, AF_INET6].flatMap((family) => {
      try {
        const listed = diag.dump(listSockets({ family, protocol }, STATES));
        return listed.map((message) => ({ ...decodeSocket(message), protocol }));
      } catch (error) {
        // Without IPv6, or without the kernel's module for it.
        if (isErrno(error, 'ENOENT', 'EINVAL')) return [];
        throw error;
      }
    }),
  );
}
