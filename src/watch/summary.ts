import type { InOut } from '../measurement/traffic.js';
import type { Tally, WatchEvent } from './records/record.js';
import { NO_TALLY } from './tally.js';

/** A list never has more entries than this, however long the file is; counts and sums go on. */
export const MAX_LISTED = 1000;

/** An interval at its average rate, in octets a second. */
export type Peak = {
  /** When it ended (ISO 8601, UTC). */
  readonly at: string;
  readonly elapsedMs: number;
  readonly octetsPerSecond: number;
  /** How far `octetsPerSecond` can be off. null: unknown. */
  readonly errorBound: number | null;
};

/** The sums of a day (UTC). An interval belongs to the day in which it ended. */
export type DaySum = InOut<Tally> & {
  /** `2027-01-31`, or `2027-01-31/2027-02-02` for a gap that belongs to no single day. */
  readonly day: string;
  readonly loopback: Tally;
  readonly intervals: number;
};

/** An event, and the time of the sample that says it (ISO 8601). */
export type DatedEvent = WatchEvent & { readonly at: string };
/** A line of the file, counted from 1, and why it is no record. */
export type UnreadableLine = { readonly line: number; readonly reason: string };

/** All that a watch file says. Sums are decimal texts, exact beyond 2^53. */
export type WatchSummary = {
  readonly schema: 1;
  readonly kind: 'summary';
  readonly samples: number;
  /** The control group that it is about, as /proc/PID/cgroup has it. null: the machine. */
  readonly cgroup: string | null;
  /** In no sample had it been there; absent: it was, or it is about the machine. */
  readonly neverThere?: true;
  /** The first and the last sample. null: there is none. */
  readonly from: string | null;
  readonly to: string | null;
  /** Wire octets that entered and left the machine, or the control group. */
  readonly external: InOut<Tally>;
  /** IP octets that stayed on `lo`, once. */
  readonly loopback: Tally;
  /** IpExt's and Ip6's own In/OutOctets, loopback included. */
  readonly raw: { readonly ipv4: InOut<Tally>; readonly ipv6: InOut<Tally> };
  /** Link bytes of the devices that count as outside. */
  readonly devices: Readonly<Record<string, InOut<Tally>>>;
  /** Link bytes of devices that lead to others on this machine (containers, virtual machines), and are in no number; absent: none. */
  readonly beside?: Readonly<Record<string, InOut<Tally>>>;
  readonly peak: InOut<Peak | null>;
  readonly days: readonly DaySum[];
  /** How often each kind of event happened, and for how long gaps and suspensions lasted. */
  readonly eventCounts: Readonly<Partial<Record<WatchEvent['kind'], number>>>;
  readonly gapMs: number;
  readonly suspendedMs: number;
  /** The first MAX_LISTED of them. */
  readonly events: readonly DatedEvent[];
  readonly unreadableCount: number;
  readonly unreadable: readonly UnreadableLine[];
};

export const NOTHING: InOut<Tally> = { in: NO_TALLY, out: NO_TALLY };

/** Of a file without a line. */
export const NO_SUMMARY: WatchSummary = {
  schema: 1,
  kind: 'summary',
  samples: 0,
  cgroup: null,
  from: null,
  to: null,
  external: NOTHING,
  loopback: NO_TALLY,
  raw: { ipv4: NOTHING, ipv6: NOTHING },
  devices: {},
  peak: { in: null, out: null },
  days: [],
  eventCounts: {},
  gapMs: 0,
  suspendedMs: 0,
  events: [],
  unreadableCount: 0,
  unreadable: [],
};
