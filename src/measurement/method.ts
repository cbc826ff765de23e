import type { InOut } from './traffic.js';

/** How the wire octets were obtained, and how far they can be off (octets; null: no bound known). */
export type Method = {
  /**
   * qdisc: counted by the queue of each link end. cgroup: counted at the sockets of the command's tree, by programs at its
   * control group. proc-estimate: computed from /proc counters. tap: counted at the
   * namespace's tap, whose headers are not those of the wire. none: there is no way out, so nothing can have used it.
   */
  readonly name: 'qdisc' | 'cgroup' | 'proc-estimate' | 'tap' | 'none';
  readonly errorBound: InOut<number | null>;
  /** Why a bound is not 0, or not known, where that is known; absent: there is no such reason. */
  readonly reasons?: readonly string[];
  /** Where the number of wire packets in came from: the queue, the sockets, the ECN counters (GSO packets from the uplink), the device
   * (a veth's bytes beside the queue's, where the others say nothing). */
  readonly packetsIn: 'qdisc' | 'cgroup' | 'ecn-counters' | 'device';
  /** Where the tree's sockets were counted beside the links: how far the two counts are the same. */
  readonly agreement?: Agreement;
};

/** Two counts of one run that know nothing of each other. */
export type Agreement = {
  /** External octets on the wire that the links carried beyond what the tree's sockets moved. null: one of the two is unknown. */
  readonly difference: InOut<number | null>;
  /** What there was that one of the two does not see, or not as the wire carries it; empty where the two are the same. */
  readonly explainedBy: readonly Unseen[];
  /** Octets of the difference that this cannot explain; `errorBound` holds them. */
  readonly unexplained: InOut<number>;
};

/** What sockets do not see, or not as the wire carries it; packets-in: the links' own count of packets is not certain. */
export type Unseen =
  | 'fragments'
  | 'icmp'
  | 'raw-sockets'
  | 'closed-connections'
  | 'closed-datagram-sockets'
  | 'unknown-mtu'
  | 'packet-sockets'
  | 'nested-namespaces'
  | 'left-cgroup'
  | 'multicast'
  | 'receive-errors'
  | 'queue-drops'
  | 'refused'
  | 'packets-in';

/**
 * How packets of namespaces that the command has made get outside. forwarded: as they are, by their devices, so that each is on
 * the wire once. carried: by a program of the command's (slirp4netns, pasta), whose own packets are counted, so that theirs are
 * not on the wire at all. unknown: nobody has seen, or both.
 */
export type NestedFate = 'forwarded' | 'carried' | 'unknown';
