import type { MeteredRemote } from '../../observe/meter/remotes/remote-layout.js';
import type { TreeCount } from '../../traffic/shared/tree-count.js';

/** What was counted of a tree's sockets. */
export type SocketCounts = {
  /** Read before the totals, in which they are. */
  readonly remotes: readonly MeteredRemote[];
  readonly totals: readonly TreeCount[];
  /** Addresses that the command's own namespaces, and this machine, have: what is sent there does not leave. */
  readonly inside: readonly string[];
  /** Sockets of network namespaces that the command has made are among them. */
  readonly hasNested?: boolean;
};
