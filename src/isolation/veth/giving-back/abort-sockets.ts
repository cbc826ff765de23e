import { IPPROTO } from '../../../linux/ip/ip-protocols.js';
import { TCP_STATE } from '../../../linux/ip/tcp-states.js';
import { isErrno } from '../../../linux/linux-error.js';
import type { NetworkNamespace } from '../../../linux/namespace.js';
import { decodeSocket, destroySocket, listSockets } from '../../../linux/netlink/sock-diag.js';
import { NETLINK_SOCK_DIAG, NetlinkSocket } from '../../../linux/netlink/socket.js';
import { AF_INET, AF_INET6 } from '../../../linux/socket.js';
import { readText } from '../../tools/read-text.js';

/** These hold no namespace: the kernel forgets them with it. */
const HARMLESS: readonly number[] = [TCP_STATE.TIME_WAIT, TCP_STATE.LISTEN, TCP_STATE.CLOSE];

/**
 * Ends what is left of connections in a namespace without processes. The kernel goes on with a connection that was closed
 * with unsent data, or whose end nobody acknowledges, for minutes, and keeps the namespace and its links as long. The peers get a reset, so
 * the links must still lead out.
 * @returns how many could not be ended: before Linux 4.9, or without CONFIG_INET_DIAG_DESTROY
 */
export function abortSockets(namespace: NetworkNamespace): number {
  if (!namespace.inside(hasSockets)) return 0;
  using diag = namespace.inside(() => NetlinkSocket.open(NETLINK_SOCK_DIAG));
  const kinds = [AF_INET, AF_INET6].map((family) => ({ family, protocol: IPPROTO.tcp }));
  return kinds.reduce((failed, kind) => failed + abortOfKind(diag, kind), 0);
}

/** Of TCP, without those that wait for their time alone (sockstat_seq_show(), net/ipv4/proc.c). */
const hasSockets = () =>
  ['sockstat', 'sockstat6'].some((file) =>
    /^TCP6?: inuse [1-9]/m.test(readText(`/proc/thread-self/net/${file}`) ?? ''),
  );

function abortOfKind(diag: NetlinkSocket, kind: { readonly family: number; readonly protocol: number }): number {
  try {
    const open = diag
      .dump(listSockets(kind))
      .map(decodeSocket)
      .filter(({ state }) => !HARMLESS.includes(state));
    const { refusals } = diag.attempt(open.map((socket) => destroySocket(kind, socket)));
    return refusals.filter((refusal) => !isErrno(refusal, 'ENOENT')).length;
  } catch (error) {
    // A kernel without IPv6.
    if (isErrno(error, 'ENOENT')) return 0;
    throw error;
  }
}
