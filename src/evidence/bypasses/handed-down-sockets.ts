import { readFile } from 'node:fs/promises';
import { pid as ownPid } from 'node:process';
import type { Sighting } from '../../attribution/bypasses/bypass-list.js';
import { inheritedSockets, SOCKET_LISTS } from '../../attribution/bypasses/inherited-sockets.js';
import type { UnixSocket } from '../../counters/unix-sockets.js';
import type { GroupView } from './group-view.js';
import { madeElsewhere } from './made-elsewhere.js';

/** Finds Internet sockets of netmeter's own namespace that the tree was started with, or was handed since. */
export class HandedDownSockets {
  readonly #isOwn: boolean;
  readonly #group: GroupView | undefined;
  /** Inodes of the last look that are not of netmeter's namespace: they need no second one. */
  #placed: ReadonlySet<string> = new Set();

  /**
   * @param isOwn the command runs in netmeter's own namespace
   * @param group the tree's control group, where it has one
   */
  constructor(isOwn: boolean, group: GroupView | undefined) {
    this.#isOwn = isOwn;
    this.#group = group;
  }

  /**
   * The lists are long to make for the kernel: they are read only for sockets that were not seen before.
   * @param unix of the scope's namespace
   * @param owners the tree's sockets, by inode
   */
  async look(unix: readonly UnixSocket[], owners: ReadonlyMap<string, number>): Promise<Sighting[]> {
    if (this.#isOwn && !this.#group?.isCounted) return [];
    const known = new Set(unix.map(({ inode }) => inode));
    const others = [...owners].filter(([inode]) => !known.has(inode));
    const unplaced = others.filter(([inode]) => !this.#placed.has(inode));
    this.#placed = new Set(others.map(([inode]) => inode));
    if (unplaced.length === 0) return [];
    const elsewhere = this.#isOwn && this.#group ? madeElsewhere(this.#group.folder, ownPid) : undefined;
    const inherited = unplaced.filter(([inode]) => elsewhere?.has(inode) ?? true);
    if (inherited.length === 0) return [];
    const texts = SOCKET_LISTS.map(
      async (list) => [list, await readFile(`/proc/self/net/${list}`, 'latin1').catch(() => '')] as const,
    );
    return inheritedSockets(new Map(await Promise.all(texts)), new Map(inherited));
  }
}
