import type { IpOctets, Milliseconds } from '../units.js';
import type { InOut } from './traffic.js';

/** Where payload goes: `unplaced` is of sockets whose addresses never show (UDP). */
export const PAYLOAD_CLASSES = ['external', 'hostLocal', 'loopback', 'unplaced'] as const;
/** One of {@link PAYLOAD_CLASSES}. */
export type PayloadClass = (typeof PAYLOAD_CLASSES)[number];

/**
 * Bytes of payload that processes handed to sockets and got from them: no headers, nothing repeated. By where the socket
 * led; `hostLocal` is absent where it cannot be distinguished, `unplaced` is of sockets whose addresses never showed (UDP).
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
      /** All others; of those that there was no room for while they lived, the number alone is not known, and left out of it. */
      readonly otherRemotes: Pick<ProcessRemoteRow, 'in' | 'out' | 'connections'> & { readonly remotes: number };
      /** What the kernel has left out, processes or single calls: with more than 0 the rows are a lower bound. null: nothing says. */
      readonly lostEvents: number | null;
    }
  | { readonly evidence: 'none'; readonly reason: string };

/**
 * How the wire's octets of one direction are explained: they are payload + overhead + retransmitted + unattributed, to the
 * octet, where an unknown part is none. What processes handed over and the wire never carried makes the rest negative.
 */
export type Balance = {
  readonly wireOctets: IpOctets | null;
  /** External payload of all processes. */
  readonly payloadOctets: number;
  /** IP and transport headers, of acknowledgements and handshakes too. null: not known, and in the unattributed rest. */
  readonly overheadOctets: number | null;
  /**
   * Payload of TCP that crossed once more. null: not known, and in the unattributed rest. In, it is what came beyond what
   * the connections received; a connection's end leaves one octet of that open (its FIN), and what leaves less
   * unattributed is taken.
   */
  readonly retransmittedOctets: number | null;
  /** Payload on the wire that no process was seen to move: what the evidence is blind to, and repetitions that are not known. */
  readonly unattributedOctets: number | null;
};

/** Which processes used the network, beside what was counted on the wire. */
export type ProcessUse =
  | (Exclude<ProcessEvidence, { evidence: 'none' }> & {
      /** All unplaced payload went outside, and the balance's payload holds it: it is what was counted there of UDP, and of protocols without ports. */
      readonly unplacedIsExternal: boolean;
      /** What the evidence does not see, in words. */
      readonly blindTo: readonly string[];
      readonly balance: InOut<Balance>;
    })
  | Extract<ProcessEvidence, { evidence: 'none' }>;
