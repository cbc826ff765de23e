import type { Sighting } from '../../attribution/bypasses/bypass-list.js';
import { farEnds, unixBypasses } from '../../attribution/bypasses/unix-bypasses.js';
import type { UnixSocket } from '../../counters/unix-sockets.js';
import type { Scope } from '../../isolation/scope.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import { unixPeers } from './unix-peers.js';

/** Finds the tree's unix sockets that lead to a server elsewhere; the kernel is asked for their far ends where one is new. */
export class UnixClients implements Disposable {
  readonly #scope: Pick<Scope, 'sockDiag'>;
  /** Nobody but the tree lives in the scope's namespace. */
  readonly #exclusive: boolean;
  /** Inodes that the last answer was about. */
  #asked: ReadonlySet<string> = new Set();
  #peers: ReadonlyMap<string, string> | undefined;
  /** null: it cannot be asked. */
  #diag: NetlinkSocket | null | undefined;

  constructor(scope: Pick<Scope, 'sockDiag'>, exclusive: boolean) {
    this.#scope = scope;
    this.#exclusive = exclusive;
  }

  /** @param owners processes by the inodes that they hold */
  async bypasses(sockets: readonly UnixSocket[], owners: ReadonlyMap<string, number>): Promise<Sighting[]> {
    const exclusive = this.#exclusive;
    const ends = exclusive ? farEnds({ sockets, owners, exclusive }) : sockets.filter(isClientOf(owners));
    const inodes = ends.flatMap(({ inode }) => inode ?? []);
    if (inodes.some((inode) => !this.#asked.has(inode))) {
      this.#diag ??= (await this.#scope.sockDiag().catch(() => undefined)) ?? null;
      this.#peers = this.#diag ? unixPeers(this.#diag) : undefined;
      this.#asked = new Set(inodes);
    }
    return unixBypasses({ sockets, owners, peers: this.#peers, exclusive });
  }

  [Symbol.dispose](): void {
    this.#diag?.[Symbol.dispose]();
  }
}

/** A socket of the tree's that may lead to a server. */
const isClientOf =
  (owners: ReadonlyMap<string, number>) =>
  ({ inode, state, type, path }: UnixSocket) =>
    inode !== undefined && owners.has(inode) && state === 'connected' && type !== 'datagram' && path === undefined;
