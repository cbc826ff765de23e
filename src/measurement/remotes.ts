import type { IpOctets, Milliseconds } from '../units.js';
import type { Family, InOut } from './traffic.js';

/** How the connections with a remote fared, by the kernel's own notes on each (tcp_info) at its end. */
export type RemoteTcp = {
  /** Payload that the command's side retransmitted. null: not known of each connection. */
  readonly retransmittedOctets: number | null;
  /** The smallest round trip measured. null: none was, or it was that to the program that carries the packets (user-mode). */
  readonly rttMs: number | null;
  /** Connections whose end was seen. */
  readonly closed: number;
  /** How they ended, and connects that came to none. Absent where the kernel does not say. */
  readonly ends?: ConnectionEnds;
};

/** How many connections ended by both sides' FINs, or by the command's alone; by a reset, or given up; and connects that were refused, or not answered. */
export type ConnectionEnds = {
  readonly finished: number;
  readonly aborted: number;
  readonly refused: number;
  readonly unanswered: number;
};

/** What one remote sent and received, by protocol and port. */
export type RemoteRow = {
  readonly address: string;
  /** Names that the command looked up and got this address for. */
  readonly names: readonly string[];
  /** What its reverse zone calls it, where that was asked for and no name was looked up. null: nothing. */
  readonly reverseName?: string | null;
  readonly family: Family;
  /** tcp, udp, icmp ..., or a number of /etc/protocols. */
  readonly protocol: string;
  /** The remote's, where the command opened the connection (client); the command's own, where the remote did (server). */
  readonly port: number | null;
  readonly role: 'client' | 'server' | null;
  /** Rows, others and the unattributed rest sum up to the external wire octets. null: only sockets were seen. */
  readonly wireOctets: InOut<IpOctets | null>;
  /** Without IP, TCP and UDP headers, retransmissions included. null: a protocol without ports. */
  readonly payloadOctets: InOut<number | null>;
  /** TCP connections that were answered, and SYNs that asked for one, repeated ones included. null: not TCP. */
  readonly connections: number | null;
  readonly attempts: number | null;
  /** After the command's start. null: not remembered. */
  readonly firstSeenMs: Milliseconds | null;
  readonly lastSeenMs: Milliseconds | null;
  /** null: not TCP, no connection was seen, or it was not looked for, as in host and join without programs at the tree's control group. */
  readonly tcp: RemoteTcp | null;
};

/** Whom the command spoke with. */
export type RemoteUse = {
  /**
   * kernel-counters: every packet was counted, at the command's sockets or by nftables. traced-sockets, sampled-sockets: the payload of the command's
   * own sockets is known, by the same evidence as that of its processes.
   */
  readonly evidence: 'kernel-counters' | 'traced-sockets' | 'sampled-sockets';
  /** The largest first, at most 1000. */
  readonly rows: readonly RemoteRow[];
  readonly others: {
    /** How many remotes there were beyond the rows, and if more came than could be distinguished. */
    readonly remotes: number;
    readonly isComplete: boolean;
    readonly wireOctets: InOut<IpOctets | null>;
  };
  /** What the wire carried and no remote explains. null: only sockets were seen. */
  readonly unattributed: InOut<IpOctets | null>;
  /** Payload of all of them; null: not known of those without a row. */
  readonly payloadOctets: InOut<number | null>;
};

/** What the command asked its nameservers, as a relay that passes everything on has seen it, or copies out of the kernel. */
export type DnsUse = {
  /** null: others than those of its resolv.conf were asked too, and their questions are not seen, or a copy had no room. */
  readonly queries: number | null;
  readonly answered: number;
  /** Answers that a name does not exist (NXDOMAIN), which search lists ask for by design. */
  readonly notFound: number;
  /** Answers that the server failed or refused. */
  readonly failed: number;
  /** No answer within 5 s, or nobody there. */
  readonly unanswered: number;
  /** From question to answer, at the relay or the command's socket. null: nothing was answered. */
  readonly averageMs: number | null;
  readonly slowestMs: number | null;
};

/** A way out of the command's tree that no counter of its namespace sees, as it was found while the tree lived. */
export type Bypass = {
  /**
   * unix-socket: a connection to a program that is none of the tree. inherited-socket: an Internet socket of the
   * namespace that netmeter was started in. child-namespace: processes of the tree live in another network namespace.
   * left-cgroup: processes of the tree have moved out of its control group.
   */
  readonly kind: 'unix-socket' | 'inherited-socket' | 'child-namespace' | 'left-cgroup';
  /** The socket's path, its addresses, the namespace as the kernel calls it, or the other group's folder. */
  readonly what: string;
  /** Who is known to listen there and to use the network for others; null: not known. */
  readonly service: string | null;
  /** As far as is known it leads to a network. */
  readonly leadsOut: boolean;
  /** The first process that was seen with it, and its name. null: which one it was could not be determined. */
  readonly pid: number | null;
  readonly name: string | null;
  /** When it was first seen, after the command's start. */
  readonly firstSeenMs: Milliseconds;
};
