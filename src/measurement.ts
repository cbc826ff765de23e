import type { IpOctets, LinkBytes, Milliseconds, OctetsPerSecond, Packets } from './units.js';

/** How the command ended. */
export type Exit =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  /** Of a process that netmeter did not start: it lived on when the metering ended, or its end is not ours to know. */
  | { readonly kind: 'running' }
  | { readonly kind: 'gone' };

export type InOut<T> = { readonly in: T; readonly out: T };

/** One direction of one traffic class, by layer. `null`: could not be measured. */
export type Layers = {
  /** IP bytes as on the wire, each segment with its own headers. The headline; budgets judge it. */
  readonly wireOctets: IpOctets | null;
  /** IP bytes as the kernel's IP layer handled them: one header per (super-)packet. */
  readonly ipOctets: IpOctets | null;
  /** Frame bytes as /proc/net/dev counted them. */
  readonly linkBytes: LinkBytes | null;
  /** Packets on the wire. */
  readonly packets: Packets | null;
};

export type Traffic = {
  /** What left or entered the namespace; by family where the family exists. */
  readonly external: InOut<Layers> & { readonly ipv4?: InOut<Layers>; readonly ipv6?: InOut<Layers> };
  /** What stayed on `lo` inside. */
  readonly loopback: InOut<Layers>;
  /** What met this machine's own addresses; absent where the isolation cannot tell it from loopback. */
  readonly hostLocal?: InOut<Layers>;
};

/** How the wire octets were obtained, and how far they can be off (octets; null: no bound known). */
export type Method = {
  /**
   * qdisc: counted by the queue of each link end. proc-estimate: computed from /proc counters. tap: counted at the
   * namespace's tap, whose headers are not those of the wire. none: there is no way out, so nothing can have used it.
   */
  readonly name: 'qdisc' | 'proc-estimate' | 'tap' | 'none';
  readonly errorBound: InOut<number | null>;
  /** Where the number of wire packets in came from: the queue, the ECN counters (GSO packets from the uplink), the device. */
  readonly packetsIn: 'qdisc' | 'ecn-counters' | 'device';
};

/** ICMP errors of both families. IPv4 tells a packet that was too big as a destination that is unreachable. */
export type IcmpErrors = {
  readonly destinationUnreachable: number | null;
  readonly packetTooBig: number | null;
  readonly timeExceeded: number | null;
  readonly parameterProblem: number | null;
};

/**
 * The namespace's own protocol counters, loopback included: what both ends inside did to each other is counted at both.
 * `null`: the kernel does not say.
 */
export type Protocol = {
  readonly tcp: {
    readonly segmentsIn: number | null;
    readonly segmentsOut: number | null;
    /** SYNs too. */
    readonly retransmittedSegments: number | null;
    readonly synRetransmits: number | null;
    /** Times that a retransmit timer ran out. */
    readonly retransmitTimeouts: number | null;
    readonly resetsSent: number | null;
    /** Established connections that the other side reset, at least. */
    readonly resetsReceived: number | null;
    /** Connections that ended without a goodbye: reset by the other side, or given up by this one. */
    readonly establishedResets: number | null;
    readonly connectionsOpened: number | null;
    readonly connectionsAccepted: number | null;
    readonly connectionsFailed: number | null;
    /** Those of the failed ones that a reset answered; null where they cannot be told from the others. */
    readonly connectionsRefused: number | null;
    /** Given up after unanswered retransmits, connects included. */
    readonly connectionsTimedOut: number | null;
    readonly listenOverflows: number | null;
    readonly listenDrops: number | null;
    readonly checksumErrors: number | null;
  };
  readonly udp: {
    readonly datagramsIn: number | null;
    readonly datagramsOut: number | null;
    /** What could not be delivered, `receiveBufferErrors` and `checksumErrors` included. */
    readonly errors: number | null;
    readonly noPort: number | null;
    readonly receiveBufferErrors: number | null;
    readonly sendBufferErrors: number | null;
    readonly checksumErrors: number | null;
  };
  readonly icmp: InOut<IcmpErrors> & { readonly checksumErrors: number | null };
  /** Errors and drops at the namespace's link to the outside. */
  readonly link: { readonly errors: number | null; readonly drops: number | null };
};

/** What can be limited. */
export type LimitKind =
  /** External wire octets. */
  | 'in'
  | 'out'
  | 'total'
  /** Of the busier direction: over the whole run, and of its fastest interval. */
  | 'rate-average'
  | 'rate-peak'
  /** TCP connections with the outside that were answered. */
  | 'connections'
  /** Questions to the command's nameservers. */
  | 'dns-queries'
  /** What stayed inside, counted once, and what met this machine's own addresses, both ways. */
  | 'loopback'
  | 'host-local'
  /** External wire octets, both ways, of the remotes that `subject` stands for. */
  | 'remote'
  /** External payload, both ways, of the processes that `subject` names. */
  | 'process'
  /** External wire octets against those of an earlier run; of `subject`: in, out, total or a remote, both ways. */
  | 'increase';

export type Verdict = 'within' | 'exceeded' | 'unmeasured';

export type JudgedLimit = {
  readonly kind: LimitKind;
  /** What the limit is of, where the kind alone does not say it. */
  readonly subject?: string;
  /** A warning never fails a run; max when absent. */
  readonly level?: 'max' | 'warn';
  /** Of `limit` and `used`; octets when absent. */
  readonly unit?: 'octets' | 'octets/s' | 'count';
  readonly limit: number;
  /** As far as it is certain. */
  readonly used: number | null;
  /** What the earlier run used, of an increase. */
  readonly baseline?: number | null;
  readonly verdict: Verdict;
  /** Why it could not be judged. */
  readonly reason?: string;
  /** What passed beyond a limit that the kernel kept (--enforce). */
  readonly overshoot?: IpOctets;
};

export type JudgedBudget = {
  /** The worst of the limits, warnings left out. */
  readonly verdict: Verdict;
  readonly limits: readonly JudgedLimit[];
  /** netmeter ended the command because of the breach (--kill), or the kernel refused it the network (--enforce). */
  readonly ended: boolean;
  /** The kernel kept the limits (--enforce). */
  readonly enforced?: true;
};

/** Cumulative external wire octets, `atMs` after the command's start. */
export type Sample = { readonly atMs: Milliseconds; readonly in: IpOctets; readonly out: IpOctets };

export type Series = {
  /** Distance of the samples; grows when a long run is thinned out to stay bounded. */
  readonly intervalMs: Milliseconds;
  readonly samples: readonly Sample[];
  readonly average: InOut<OctetsPerSecond> | null;
  readonly peak: InOut<OctetsPerSecond> | null;
};

/** Something the reader must know to judge the numbers. `code` is stable, `message` is for people. */
export type Warning = { readonly code: string; readonly message: string };

export type Family = 'ipv4' | 'ipv6';

/** Where the command ran, by kind, with what a reader must know of it to judge the numbers. */
export type Isolation =
  /** A network namespace with a veth pair for each family. */
  | { readonly kind: 'veth'; readonly mtu: number; readonly families: readonly Family[] }
  /** A namespace of an ordinary user, whose packets a program of that user carries. */
  | {
      readonly kind: 'user-mode';
      readonly tool: 'pasta' | 'slirp4netns';
      readonly mtu: number;
      readonly families: readonly Family[];
    }
  /** netmeter's own namespace, shared with whatever else lives there; `devices` are those counted as external. */
  | { readonly kind: 'host'; readonly devices: readonly string[] }
  /** Another namespace that was there before. */
  | { readonly kind: 'join'; readonly netns: string; readonly devices: readonly string[] }
  /** A namespace with loopback alone. */
  | { readonly kind: 'offline' };

/** What else used a shared namespace. */
export type Contamination = {
  /** clean: nothing else was seen. shared: the external numbers are an upper bound of the command's. unknown: not looked for. */
  readonly grade: 'clean' | 'shared' | 'unknown';
  /** External IP octets that moved while the command did not run, before and after it. null: not looked for. */
  readonly idleOctets: number | null;
  /** How long it was watched without the command. */
  readonly idleMs: Milliseconds;
  /** Connections to the outside that were not the command's. null: could not be listed. */
  readonly foreignConnections: number | null;
};

/** A connect to where the command could not go, because there is no way out (offline) or it may not (--allow, --deny). */
export type Attempt = {
  readonly address: string;
  readonly protocol: string;
  /** null: the protocol has no ports. */
  readonly port: number | null;
  readonly packets: number;
  /** Names that the command looked up and got this address for; absent where there are none. */
  readonly names?: readonly string[];
};

/** How the connections with a remote fared, by the kernel's own notes on each (tcp_info), told as it ended. */
export type RemoteTcp = {
  /** Payload that the command's side sent again. null: not known of each connection. */
  readonly retransmittedOctets: number | null;
  /** The smallest round trip measured. null: none was, or it was that to the program that carries the packets (user-mode). */
  readonly rttMs: number | null;
  /** Connections whose end was seen. */
  readonly closed: number;
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
  /**
   * null: not TCP, no connection was seen, or it was not looked for. In a namespace that others live in too (host, join)
   * it is not: the kernel tells a connection's end without its process, and two may speak with one remote.
   */
  readonly tcp: RemoteTcp | null;
};

/** Whom the command spoke with. */
export type RemoteUse = {
  /**
   * kernel-counters: every packet was counted, by nftables. traced-sockets, sampled-sockets: the payload of the command's
   * own sockets is known, by the same evidence as that of its processes.
   */
  readonly evidence: 'kernel-counters' | 'traced-sockets' | 'sampled-sockets';
  /** The largest first, at most 1000. */
  readonly rows: readonly RemoteRow[];
  readonly others: {
    /** How many remotes there were beyond the rows, and if more came than could be told apart. */
    readonly remotes: number;
    readonly isComplete: boolean;
    readonly wireOctets: InOut<IpOctets | null>;
  };
  /** What the wire carried and no remote explains. null: only sockets were seen. */
  readonly unattributed: InOut<IpOctets | null>;
  /** Payload of all of them; null: not known of those without a row. */
  readonly payloadOctets: InOut<number | null>;
};

/** What the command asked its nameservers, through a relay that passes everything on as it is. */
export type DnsUse = {
  readonly queries: number;
  readonly answered: number;
  /** Answers that a name does not exist (NXDOMAIN), which search lists ask for by design. */
  readonly notFound: number;
  /** Answers that the server failed or refused. */
  readonly failed: number;
  /** No answer within 5 s, or nobody there. */
  readonly unanswered: number;
  /** From question to answer, at the relay. null: nothing was answered. */
  readonly averageMs: number | null;
  readonly slowestMs: number | null;
};

/** A way out of the command's tree that no counter of its namespace sees, as it was found while the tree lived. */
export type Door = {
  /**
   * unix-socket: a connection to a program that is none of the tree. inherited-socket: an Internet socket of the
   * namespace that netmeter was started in. child-namespace: processes of the tree live in another network namespace.
   */
  readonly kind: 'unix-socket' | 'inherited-socket' | 'child-namespace';
  /** The socket's path, its addresses, or the namespace as the kernel calls it. */
  readonly what: string;
  /** Who is known to listen there and to use the network for others; null: not known. */
  readonly service: string | null;
  /** As far as is known it leads to a network. */
  readonly leadsOut: boolean;
  /** The first process that was seen with it, and its name. null: which one it was could not be told. */
  readonly pid: number | null;
  readonly name: string | null;
  /** When it was first seen, after the command's start. */
  readonly firstSeenMs: Milliseconds;
};

/** One of several runs. */
export type RunSummary = {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: Milliseconds;
  readonly exit: Exit;
  /** External. null: unknown. */
  readonly wireOctets: InOut<IpOctets | null>;
  /** Of its budget; absent without one. */
  readonly verdict?: Verdict;
};

/** How far runs differ, in external wire octets. */
export type Spread = {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Of a sample. */
  readonly standardDeviation: number;
};

/** A command that ran several times. All else of the report is that of the judged run. */
export type Repeat = {
  /** In the order in which they ran; the first that failed ended the series. */
  readonly runs: readonly RunSummary[];
  /** Runs before the first that counts. */
  readonly warmups: number;
  readonly judge: 'worst' | 'median';
  /** Index of the run that the report tells. */
  readonly judged: number;
  /** null: a run does not know its number. */
  readonly spread: { readonly in: Spread | null; readonly out: Spread | null; readonly total: Spread | null };
  /** Indexes of runs whose total is far from the others. */
  readonly outliers: readonly number[];
};

/** The result of one run: what the JSON report holds. */
export type Measurement = {
  readonly schema: 1;
  /** Version of netmeter. */
  readonly netmeter: string;
  readonly command: {
    readonly argv: readonly string[];
    /** It ran before netmeter did; other processes of its namespace are counted too. null: they could not be listed. */
    readonly attached?: { readonly pid: number; readonly sharedWith: number | null };
    /** The account it ran as, when not netmeter's own. */
    readonly user?: string;
    readonly exit: Exit;
    /** ISO 8601, UTC. */
    readonly startedAt: string;
    /** From the command's start to its end. */
    readonly durationMs: Milliseconds;
    /** CPU time of the command and its waited-for descendants. */
    readonly cpu: { readonly userMs: Milliseconds; readonly systemMs: Milliseconds } | null;
  };
  readonly isolation: Isolation;
  /** Of a shared namespace (host, join). */
  readonly contamination?: Contamination;
  /** Where not everything may be reached (offline, --allow, --deny). null: could not be listed. */
  readonly attempts?: readonly Attempt[] | null;
  readonly traffic: Traffic;
  readonly method: Method;
  readonly protocol: Protocol;
  /** Whom the command spoke with; absent where the isolation cannot tell. */
  readonly remotes?: RemoteUse;
  /** Who of the command's processes used the network; absent where it was not asked for. */
  readonly processes?: ProcessUse;
  /** Its questions to its nameservers; absent where they are not seen. */
  readonly dns?: DnsUse;
  /** Ways out that are not in the numbers. null: it was not looked for them, or the command was over too soon. */
  readonly doors: readonly Door[] | null;
  /** The report that increases are judged against. */
  readonly baseline?: { readonly file: string; readonly startedAt: string };
  readonly budget?: JudgedBudget;
  /** Of a command that ran several times. */
  readonly repeat?: Repeat;
  readonly series: Series;
  readonly warnings: readonly Warning[];
};

/**
 * Bytes of payload that processes handed to sockets and got from them: no headers, nothing repeated. By where the socket
 * led; `hostLocal` is absent where it cannot be told apart, `unplaced` is of sockets whose addresses never showed (UDP).
 */
export type Payload = {
  readonly external: InOut<number>;
  readonly hostLocal?: InOut<number>;
  readonly loopback: InOut<number>;
  readonly unplaced: InOut<number>;
};

/** What one process moved, all of its threads together. */
export type ProcessRow = {
  readonly pid: number;
  /** Who started it, though it may have been adopted since. null: not known. */
  readonly parent: number | null;
  /** Steps below the command, 0 for the command itself. */
  readonly depth: number;
  /** Of its program, else of the process that it was forked from. */
  readonly name: string | null;
  /** The program as it was asked for. */
  readonly file: string | null;
  /** null: the process was over before it could be read. */
  readonly commandLine: readonly string[] | null;
  /** After the command's start. null: not known, or still running. */
  readonly startedMs: Milliseconds | null;
  readonly endedMs: Milliseconds | null;
  readonly payload: Payload;
  /** Connects of TCP, failed ones too. null: not counted. */
  readonly tcpConnects: number | null;
};

/** What one process moved with one remote. */
export type ProcessRemoteRow = {
  readonly pid: number;
  /** null: not known who of the two connected. */
  readonly side: 'connected' | 'accepted' | null;
  readonly protocol: string;
  readonly address: string;
  /** The service's: the own port of an accepted connection, else the remote one. */
  readonly port: number;
  readonly in: number;
  readonly out: number;
  readonly connections: number;
};

/** Who used the network. */
export type ProcessEvidence =
  | {
      /** traced: each send and receive, by the kernel's tracepoints. sampled: the TCP connections that were seen now and then. */
      readonly evidence: 'traced' | 'sampled';
      /** Whether the pids are those of netmeter's own pid namespace, or those of the machine's first one. */
      readonly pids: 'own' | 'initial';
      /** In the order of the tree: each process, then its children by their start. */
      readonly processes: readonly ProcessRow[];
      /** Put together, when there are too many: those that moved least. */
      readonly otherProcesses: Pick<ProcessRow, 'payload' | 'tcpConnects'> & { readonly processes: number };
      /** Processes that neither moved a byte nor connected, and have no row. null: not counted. */
      readonly idleProcesses: number | null;
      /** Of connections that no process was seen to hold (sampled). */
      readonly unowned: Payload;
      /** Of all of them. */
      readonly payload: Payload;
      /** The biggest. */
      readonly remotes: readonly ProcessRemoteRow[];
      readonly otherRemotes: Pick<ProcessRemoteRow, 'in' | 'out' | 'connections'> & { readonly remotes: number };
      /** Events that the kernel had no room for: with more than 0 the rows are a lower bound. null: nothing tells. */
      readonly lostEvents: number | null;
    }
  | { readonly evidence: 'none'; readonly reason: string };

/**
 * How the wire's octets of one direction are explained: they are payload + headers + retransmitted + unattributed, to the
 * octet, where an unknown part is none. What processes handed over and the wire never carried makes the rest negative.
 */
export type Balance = {
  readonly wireOctets: IpOctets | null;
  /** External payload of all processes. */
  readonly payloadOctets: number;
  /** IP and transport headers, of acknowledgements and handshakes too. null: not known, and in the unattributed rest. */
  readonly headerOctets: number | null;
  /**
   * Payload of TCP that crossed once more. null: not known, and in the unattributed rest. In, it is what came beyond what
   * the connections received; a connection's end leaves one octet of that open (its FIN), and what leaves less
   * unattributed is taken.
   */
  readonly retransmittedOctets: number | null;
  /** Payload on the wire that no process was seen to move: what the evidence is blind to, and repetitions that are not known. */
  readonly unattributedOctets: number | null;
};

export type ProcessUse =
  | (Exclude<ProcessEvidence, { evidence: 'none' }> & {
      /** All unplaced payload went outside, and the balance's payload holds it: it is what was counted of UDP there. */
      readonly unplacedIsExternal: boolean;
      /** What the evidence does not see, in words. */
      readonly blindTo: readonly string[];
      readonly balance: InOut<Balance>;
    })
  | Extract<ProcessEvidence, { evidence: 'none' }>;
