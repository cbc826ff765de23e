import type { InOut } from '../../measurement/traffic.js';
import type { Carry } from '../carry.js';

/** A u64 counter, or a sum, in decimal: a JSON number is exact up to 2^53 only, which a fast link passes in a week. */
export type Decimal = string;

/** What became of the octets of one direction in one interval. null: unknown. */
export type Amount = {
  /** IP octets as on the wire, each segment with its own headers. The headline. */
  readonly wireOctets: number | null;
  /** How far `wireOctets` can be off, in octets. */
  readonly errorBound: number | null;
  /** IP octets as the kernel's IP layer handled them: the headers of a GSO packet once. */
  readonly ipOctets: number | null;
};

/**
 * What was added since the sample before. null: unknown, because a counter was reset, a device went away, or the kernel
 * does not say; never zero for unknown, and never negative.
 */
export type RecordedDelta = {
  /** When the time that the numbers cover began: the sample before, or the machine's start (ISO 8601, UTC). */
  readonly from: string;
  /** Length of that time, suspension included, by a clock that nobody sets. */
  readonly elapsedMs: number;
  /** What entered and left the machine by the devices that count as outside. */
  readonly external: InOut<Amount>;
  /** IP octets that stayed on `lo`, once. */
  readonly loopback: number | null;
  /** IpExt's and Ip6's In/OutOctets as they are, loopback included. `ipv6` is null where the kernel has none. */
  readonly raw: { readonly ipv4: InOut<number | null>; readonly ipv6: InOut<number | null> | null };
  /** Link bytes (net/dev) of each device but `lo`. */
  readonly devices: Readonly<Record<string, InOut<number | null>>>;
};

/** What a reader must know of an interval to judge its numbers. */
export type WatchEvent =
  /**
   * The machine was started anew: the numbers count from its start. What moved between the sample before and the shutdown
   * is unknown; `unseenMs` is the time from that sample to the start, by the wall clock (null: the clock went back).
   */
  | { readonly kind: 'reboot'; readonly unseenMs: number | null }
  /** The sample before was taken in another network namespace: there is nothing to subtract. */
  | { readonly kind: 'other-namespace' }
  /** A counter went down without a reboot. What depends on it is unknown in this interval. */
  | { readonly kind: 'counter-reset'; readonly counter: string; readonly before: Decimal; readonly after: Decimal }
  /** A counter grew by more than 2^53 - 1, which no link carries in that time: the interval is unknown. */
  | { readonly kind: 'too-large' }
  /** Of a device that counts as outside. A new one counts from zero; the last bytes of one that went are unknown. */
  | { readonly kind: 'device-appeared' | 'device-vanished' | 'device-replaced'; readonly device: string }
  | { readonly kind: 'device-renamed'; readonly device: string; readonly before: string }
  /** No sample was taken for this long, though the machine ran: netmeter did not, or was late. The numbers are complete. */
  | { readonly kind: 'gap'; readonly ms: number }
  /** The machine slept for this long. */
  | { readonly kind: 'suspended'; readonly ms: number }
  /**
   * Another counting of the control group began: it lives in the kernel only as long as netmeter does. What moved since
   * the sample before is unknown; `unseenMs` is the time (null: the clock went back).
   */
  | { readonly kind: 'counting-began'; readonly unseenMs: number | null }
  /** The control group was removed: its service ended. What it had moved is counted. */
  | { readonly kind: 'cgroup-vanished'; readonly times: number }
  /** It was made (again). `late`: so often it had processes already when it was found, of which the first bytes may be missing. */
  | { readonly kind: 'cgroup-appeared'; readonly times: number; readonly late: number };

/** Where the counts of a control group's sockets stood (--cgroup). */
export type RecordedMeter = {
  /** As in /proc/PID/cgroup. */
  readonly cgroup: string;
  /** Names the counting, which begins at 0 each time that netmeter is started. */
  readonly counting: string;
  readonly isThere: boolean;
  /** `inWireOctets`, `outErrorBound` and so on. */
  readonly counters: RecordedTable;
};

/** A sum of what is known. */
export type Tally = {
  readonly octets: Decimal;
  readonly errorBound: Decimal;
  /** How often an amount was unknown, wholly or in part, and is missing from `octets`. */
  readonly unknown: number;
  /** How often it was not known how far a known amount can be off, which is missing from `errorBound`; absent: never. */
  readonly unbounded?: number;
};

/** The recorded counters of a device. `index`: the kernel's number of it, which a new device of the old name has not. */
export type RecordedDevice = { readonly index: number | null; readonly counters: RecordedTable };
/** Counters of one table, by the kernel’s names. */
export type RecordedTable = Readonly<Record<string, Decimal>>;

/** The kernel's own counters, by its own names, as far as netmeter's numbers are made of them. */
export type RecordedCounters = {
  readonly netstat: Readonly<Record<string, RecordedTable>>;
  readonly snmp: Readonly<Record<string, RecordedTable>>;
  /** Absent where IPv6 is. */
  readonly snmp6?: RecordedTable;
  readonly dev: Readonly<Record<string, RecordedDevice>>;
};

/** One line of a watch file, described by watch-1.schema.json: where the counters stood, and what was added since. */
export type SampleRecord = {
  readonly schema: 1;
  readonly kind: 'sample';
  /** ISO 8601, UTC. */
  readonly at: string;
  /** /proc/sys/kernel/random/boot_id: another one after each start of the machine. */
  readonly bootId: string;
  /** /proc/self/ns/net; null where it cannot be read. */
  readonly namespace: string | null;
  /** Since the machine's start, suspension included (/proc/uptime). */
  readonly uptimeMs: number;
  /** The same without suspension (CLOCK_MONOTONIC). */
  readonly awakeMs: number;
  /** The interval between samples that was asked for. */
  readonly intervalMs: number;
  /** Devices that count as outside. */
  readonly devices: readonly string[];
  /** Devices that lead to others on this machine (containers, virtual machines), and are in no number; absent where there are none. */
  readonly beside?: readonly string[];
  readonly counters: RecordedCounters;
  /** Of --cgroup: then `delta.external`, `delta.loopback` (received) and `total` are of the control group. */
  readonly meter?: RecordedMeter;
  /** null: there is no sample before that could be subtracted. */
  readonly delta: RecordedDelta | null;
  readonly events: readonly WatchEvent[];
  readonly carry: Carry;
  /** All deltas of the file so far, wire octets (loopback: IP octets); goes on over restarts. */
  readonly total: Total;
};

/** All that was moved since the file’s first sample. */
export type Total = InOut<Tally> & {
  /** The first sample. */
  readonly since: string;
  readonly samples: number;
  readonly loopback: Tally;
};
