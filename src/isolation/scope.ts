import type { Nftables } from '../linux/netlink/netfilter/nftables.js';
import type { NetlinkSocket } from '../linux/netlink/socket.js';
import type { NoPromise } from '../linux/no-promise.js';
import type { ProcessAccount } from '../linux/process/process-account.js';
import type { Attempt, Isolation } from '../measurement/isolation.js';
import type { Warning } from '../measurement/measurement.js';
import type { InOut } from '../measurement/traffic.js';
import type { Beside } from './machine/beside-devices.js';
import type { DnsObserver, SeenQuestions } from './names/dns-exchange.js';
import type { RemoteEntry, UncountedRemotes } from './remotes/remote-entry.js';
import type { Administer } from './tools/programs/administer.js';

/**
 * What a link end's queue has sent. Unlike every counter above it, the queue counts each segment of a GSO packet with
 * its own headers, Ethernet header (14 bytes) included, as it will be on the wire: qdisc_pkt_len_init(), net/core/dev.c.
 */
export type QueueReading = { readonly bytes: bigint; readonly packets: bigint };

/** What each queue has sent so far, by device and direction as the command sees it: `nm4.in`, `nm4.out`, `lo.out`. */
export type WireReading = Readonly<Record<string, QueueReading | undefined>>;

/** Who was spoken with, as the kernel counts it. */
export interface RemoteSource {
  /** Every packet from now on is counted. */
  readonly isCounting: boolean;
  /** Settles when it is certain whether they are. */
  readonly counts: Promise<boolean>;
  /** Hands over all that was counted. @returns false when it could not be listed to its end */
  list(take: (entry: RemoteEntry) => void, takeUncounted: (rest: UncountedRemotes) => void): Promise<boolean>;
}

/** Limits that the kernel itself keeps, in wire octets. */
export interface LimitKeeper {
  /** Those beyond which the kernel has refused something so far. */
  passed(): readonly ('in' | 'out' | 'total')[];
  /** Takes what has been used for sure into account where no place in the kernel sees all of it. */
  tighten(used: InOut<number>): void;
  /** Refuses everything from now on. */
  refuse(): void;
}

/** A device of the namespace that leads out of it: to everywhere, or to this machine alone. */
export type WayOut = { readonly index: number; readonly leadsTo: 'everywhere' | 'host'; readonly mtu: number };

/** A place to run in that only the command's process tree lives in, or that it knowingly shares. */
export interface Scope extends AsyncDisposable {
  /** For the report. */
  readonly isolation: Isolation;
  /** What the reader of the report must know; may grow until the scope is closed. */
  readonly warnings: readonly Warning[];
  /** The network namespace, as the kernel names it: `net:[4026531840]`. */
  readonly network: string;
  /** Runs `work`, which opens files of the namespace below /proc/PROCESS/net; they stay its own afterwards. */
  inspect<T>(work: (process: number | 'thread-self') => NoPromise<T>): T;
  /** Addresses of this machine that are reached by a link of their own, and counted apart. */
  readonly hostAddresses?: readonly string[];
  /** All ways out, where they are known: other devices are the command's own then. Absent: every device leads out. */
  readonly waysOut?: readonly WayOut[] | undefined;
  /** Devices that are not counted, and by which the command may have spoken with others of this machine. */
  readonly beside?: (() => readonly Beside[]) | undefined;
  /** What the command's environment must hold. */
  readonly marks: Readonly<Record<string, string>>;
  /**
   * Starts a process inside, so that it dies with netmeter.
   * @param account whose it shall be; undefined: netmeter's own
   * @param spawn starts it, with these words before its own
   * @throws {NetmeterError} MISSING_TOOLS, MISSING_RIGHTS: another account cannot be had here
   */
  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T;
  /** Right after the command's start: from here on it ends with netmeter and its guardian, even where both are killed at once. */
  commandStarted(pid: number): void;
  /**
   * Starts a process of netmeter's own inside, with the rights over the namespace.
   * @param spawn starts it, with these words before its own
   */
  administer: Administer;
  /**
   * Nftables of the namespace, closed with the scope; undefined where they cannot be had. Absent where the namespace is not
   * netmeter's to change.
   */
  nftables?(): Promise<Nftables | undefined>;
  /**
   * A socket of sock_diag(7) in the namespace, the caller's to close: one for each user.
   * @returns undefined where it cannot be had
   * @throws {LinuxError} socket: EPROTONOSUPPORT where the kernel has no sock_diag
   */
  sockDiag(): Promise<NetlinkSocket | undefined>;
  /** Pids of the command's tree, netmeter's own helpers excepted. */
  processes(): number[];
  /** Reads every queue that there is, before and after the command. */
  readWire(): Promise<WireReading>;
  /** Reads the queues that can be read in passing, while the command runs. */
  sampleWire(): Promise<WireReading>;
  /** Where the kernel was asked to keep limits. */
  readonly limits?: LimitKeeper | undefined;
  /** Refuses the command all that leads out, from now on. Absent where the kernel cannot. */
  readonly refuse?: (() => Promise<void>) | undefined;
  /** Where each remote is counted apart by nftables. */
  readonly remotes?: RemoteSource | undefined;
  /** Has nftables count them from now on, for where nothing else does. Absent: they do already, or cannot. */
  countRemotes?(): Promise<void>;
  /** Whether ports of the host's can be reached at loopback. */
  readonly offersPorts?: boolean;
  /**
   * Whether it stands between the command and its nameservers in any case: only this host reaches them, or what they answer
   * decides where the command may go.
   */
  readonly relaysNames?: boolean;
  /**
   * Stands between them from now on, and looks on.
   * @returns false where that cannot be
   */
  observeNames?(observe: DnsObserver): Promise<SeenQuestions | undefined>;
  /** What was refused where the command may not go; null: it could not be listed. */
  attempts?(): Promise<readonly Attempt[] | null>;
  /** What the reader must know of this scope where TCP went unanswered: segments were retransmitted, or a connect failed. */
  unansweredWarnings?(): readonly Warning[];
}
