import type { UnixSocket } from '../../counters/unix-sockets.js';
import type { Sighting } from './bypass-list.js';
import { peerAt } from './known-daemons.js';

/** The unix sockets of one network namespace, and who of the command's tree holds which. */
export type UnixView = {
  readonly sockets: readonly UnixSocket[];
  /** Pids of the tree by the inode of a socket that it holds. */
  readonly owners: ReadonlyMap<string, number>;
  /** The inode at the other end, as sock_diag says; undefined: it cannot be asked. */
  readonly peers: ReadonlyMap<string, string> | undefined;
  /** Nobody but the tree lives there. */
  readonly exclusive: boolean;
};

/**
 * Connections of the tree to programs outside of it. The end that a server accepts belongs to its client's namespace,
 * under the server's path, wherever the server itself lives (unix_stream_connect(), net/unix/af_unix.c): it is a bypass
 * when nobody of the tree holds it. Datagrams leave no such end; they are what logs are written with.
 */
export function unixBypasses(view: UnixView): Sighting[] {
  const { exclusive } = view;
  return farEnds(view).flatMap(({ inode, path }) => {
    const pid = clientOf(inode, view);
    const peer = peerAt(path);
    // Where others live too, an end belongs to the tree only if the other one does.
    if (!peer || (pid === undefined && !exclusive)) return [];
    return [{ kind: 'unix-socket', ...peer, leadsOut: peer.service !== null, pid: pid ?? null }];
  });
}

type FarEnd = { readonly inode: string | undefined; readonly path: string };

/** Accepted ends, or ones that wait for it, that are not held by the tree. */
export function farEnds({ sockets, owners, exclusive }: Omit<UnixView, 'peers'>): FarEnd[] {
  const served = new Set(sockets.flatMap(({ state, path }) => (state === 'listening' ? [path] : [])));
  return sockets.flatMap(({ inode, state, path }) => {
    if (state !== 'connected' || path === undefined || owners.has(inode ?? '')) return [];
    // A server of the tree that has not accepted yet, or has ended meanwhile.
    return exclusive && served.has(path) ? [] : [{ inode, path }];
  });
}

function clientOf(inode: string | undefined, { sockets, owners, peers, exclusive }: UnixView): number | undefined {
  if (peers) return owners.get(peers.get(inode ?? '') ?? '');
  if (!exclusive) return undefined;
  // Without an answer of the kernel's: the one process that holds a connected socket without a name.
  const unnamed = sockets.filter(({ state, path, type }) => state === 'connected' && !path && type !== 'datagram');
  const pids = new Set(unnamed.flatMap((socket) => owners.get(socket.inode ?? '') ?? []));
  return pids.size === 1 ? [...pids][0] : undefined;
}
