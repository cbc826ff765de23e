import { isErrno } from '../../linux/linux-error.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import { decodeUnixEnds, LIST_UNIX_SOCKETS, type UnixEnds } from '../../linux/netlink/unix-diag.js';

/**
 * Asks the kernel which unix sockets of a namespace are connected with which: inodes, both ways. /proc does not say.
 * @returns undefined: the kernel does not say (no unix_diag)
 */
export function unixPeers(diag: NetlinkSocket): ReadonlyMap<string, string> | undefined {
  try {
    return peersOf(diag.dump(LIST_UNIX_SOCKETS).map(decodeUnixEnds));
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** An inode of 0 is nobody's: the end of a connection that was not accepted yet. */
export const peersOf = (ends: readonly UnixEnds[]): ReadonlyMap<string, string> =>
  new Map(ends.flatMap(({ inode, peer }) => (inode && peer ? [[`${inode}`, `${peer}`] as const] : [])));
