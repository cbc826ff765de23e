import type { StdioOptions } from 'node:child_process';
import type { Boundary } from './boundary.js';
import type { Limits } from './budget/limits.js';
import type { Account, Caller } from './command/account.js';
import type { Asked } from './isolation/choose-isolation.js';
import type { Egress } from './isolation/limits/destinations.js';
import type { HostPort, PublishedPort } from './isolation/ports/ports.js';
import type { Measurement } from './measurement/measurement.js';
import { type Milliseconds, milliseconds, type OctetsPerSecond } from './units.js';

/** What a caller of {@link measure} may choose; everything has the command line's default. */
export type MeasureOptions = {
  /** What the command may use. */
  readonly limits?: Limits;
  /** What it may use without a warning; their breach fails nothing. */
  readonly warnLimits?: Limits;
  /** Judges the limits although the command had ways to a network that no counter sees; they are unjudged by default. */
  readonly ignoreBypasses?: boolean;
  /** Ends the tree as soon as a sample shows that `in`, `out` or `total` is exceeded. */
  readonly kill?: boolean;
  /** Has the kernel keep the limits on in, out and total, and ends the tree for a breach. */
  readonly enforce?: boolean;
  /** Octets of frames a second that may pass, each way and family; as many as come by default. */
  readonly rateLimit?: OctetsPerSecond;
  /** Where the command may send to, by name or address; everywhere by default. */
  readonly egress?: Egress;
  /** Interval between samples; 1 s. */
  readonly interval?: Milliseconds;
  /** How long bytes in flight are waited for after the last process ended; 2 s. */
  readonly linger?: Milliseconds;
  /** From SIGTERM to SIGKILL, where netmeter ends processes; 5 s. */
  readonly grace?: Milliseconds;
  /** Wait for all descendants (tree, the default), or end what outlives the command. */
  readonly wait?: 'tree' | 'command';
  /** The namespace to join: a name that `ip netns` knows, or the path of its file. */
  readonly netns?: string;
  /** How long a namespace that others use too is watched before the command and after it; 1 s, 0: not at all. */
  readonly baselineIdle?: Milliseconds;
  /** Report which process used the network too: 10 ms at the start, and some of the kernel's time for each send; false by default, but for a limit on them. */
  readonly processes?: boolean;
  /** Ask the reverse zones for remotes that the command looked up no name of; false by default. */
  readonly reverseDns?: boolean;
  /** NAME or UID, with `:GROUP` or `:GID`; by default who called sudo, else netmeter's own account. */
  readonly user?: string;
  /** Where the command shall run; by default the most exact place that works. */
  readonly isolation?: Asked;
  /** Ports of the host's 127.0.0.1 and ::1 that are to be found at the same place inside. */
  readonly hostPorts?: readonly HostPort[];
  /** Ports of this machine that lead to the command's. */
  readonly publish?: readonly PublishedPort[];
  /** The account, when it was decided before; then `user` and `caller` are not asked, and `env` is left as it is. */
  readonly account?: Account;
  /** The sudo variables; none by default. */
  readonly caller?: Caller;
  /** The command's environment; the present one by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** The command's working folder; the present one by default. */
  readonly cwd?: string;
  /** The command's descriptors; ours by default. */
  readonly stdio?: StdioOptions;
  /** The soft limit of open files to go back to, ours included, where Node has raised it; it is left alone by default. */
  readonly openFiles?: number;
  /** Aborted: the processes are ended (SIGTERM, then SIGKILL), and the run is measured to its end. */
  readonly signal?: AbortSignal;
  /** Aborted: no more grace, no more lingering. */
  readonly hurry?: AbortSignal;
  /** Where exceptions of what works beside the command end; one of the run's own by default. */
  readonly boundary?: Boundary;
  /** Called when the command has started. */
  readonly onStart?: (command: { readonly pid: number; readonly signal: (signal: NodeJS.Signals) => void }) => void;
  /**
   * Called when another netmeter runs the command, which alone knows whether it runs: every signal is for that one, by the
   * function; and with undefined when it has ended.
   */
  readonly onHandOver?: (handOn: ((signal: NodeJS.Signals) => void) | undefined) => void;
  /** Called when the command has ended, with the number of descendants that are waited for. */
  readonly onCommandEnd?: (descendants: number) => void;
};

/** What {@link measure} is to whoever gets it handed over. */
export type Measure = (argv: readonly string[], options: MeasureOptions) => Promise<Measurement>;

export const DEFAULTS = {
  interval: milliseconds(1000),
  linger: milliseconds(2000),
  grace: milliseconds(5000),
  baselineIdle: milliseconds(1000),
} as const;
