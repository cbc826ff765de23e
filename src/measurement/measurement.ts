import type { Milliseconds } from '../units.js';
import type { JudgedBudget } from './budget.js';
import type { Exit } from './exit.js';
import type { Attempt, Contamination, Isolation } from './isolation.js';
import type { Method } from './method.js';
import type { ProcessUse } from './processes.js';
import type { Bypass, DnsUse, RemoteUse } from './remotes.js';
import type { Repeat } from './repeat.js';
import type { Series } from './series.js';
import type { Protocol, Traffic } from './traffic.js';

/** Something the reader must know to judge the numbers. `code` is stable, `message` is for people. */
export type Warning = { readonly code: string; readonly message: string };

/** Something that ran before netmeter did, and what of it is counted. */
export type Attached = {
  /** null: a control group was named. */
  readonly pid: number | null;
  /**
   * namespace: everybody in the process' network namespace. cgroup: the sockets of a control group, which has no other
   * processes. tree: of its control group's sockets those of the process, and of what descends from it.
   */
  readonly metered: 'namespace' | 'cgroup' | 'tree';
  /** As in /proc/PID/cgroup. null: the namespace is metered. */
  readonly cgroup: string | null;
  /** Other processes that are counted too. null: they could not be listed. */
  readonly sharedWith: number | null;
};

/** The result of one run: what the JSON report holds. */
export type Measurement = {
  readonly schema: 1;
  /** Version of netmeter. */
  readonly netmeter: string;
  readonly command: {
    readonly argv: readonly string[];
    /** It ran before netmeter did. */
    readonly attached?: Attached;
    /** The account it ran as, when not netmeter's own. */
    readonly user?: string;
    readonly exit: Exit;
    /** ISO 8601, UTC. */
    readonly startedAt: string;
    /** From the command's start to the end of the last of its processes. */
    readonly durationMs: Milliseconds;
    /** CPU time of the command's whole tree; where it has no control group of its own, of the command and its waited-for descendants. */
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
  /** Whom the command spoke with; absent where the isolation does not say. */
  readonly remotes?: RemoteUse;
  /** Who of the command's processes used the network; absent where it was not asked for. */
  readonly processes?: ProcessUse;
  /** Its questions to its nameservers; absent where they are not seen. */
  readonly dns?: DnsUse;
  /** Ways out that are not in the numbers. null: it was not looked for them, or the command was over too soon. */
  readonly bypasses: readonly Bypass[] | null;
  /** The report that increases are judged against. */
  readonly baseline?: { readonly file: string; readonly startedAt: string };
  readonly budget?: JudgedBudget;
  /** Of a command that ran several times. */
  readonly repeat?: Repeat;
  readonly series: Series;
  readonly warnings: readonly Warning[];
};
