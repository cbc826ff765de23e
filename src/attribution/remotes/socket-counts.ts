import type { Family } from '../../measurement/traffic.js';
import type { TreeCount } from '../../traffic/shared/tree-count.js';

type Way = { readonly octets: number; readonly payload: number };

/** A remote as the programs at a control group count it (`observe/meter/remotes/remote-layout`). */
export type MeteredRemote = {
  readonly class: TreeCount['class'];
  readonly family: Family;
  readonly address: string;
  readonly protocol: number;
  readonly port: number;
  readonly role: 'client' | 'server';
  readonly in: Way;
  readonly out: Way;
  readonly tried: number;
  readonly opened: number;
  /** CLOCK_MONOTONIC, ns. */
  readonly first: bigint;
  readonly last: bigint;
};

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
