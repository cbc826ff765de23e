import type { IpOctets, Milliseconds, OctetsPerSecond } from '../units.js';
import type { InOut } from './traffic.js';

/** Cumulative external wire octets, `atMs` after the command's start. */
export type Sample = { readonly atMs: Milliseconds; readonly in: IpOctets; readonly out: IpOctets };

/** What was moved over time: sums since the command’s start, at each sample. */
export type Series = {
  /** Interval between samples; grows when a long run is thinned out to stay bounded. */
  readonly intervalMs: Milliseconds;
  /**
   * From the command's start until the last of its processes, and the last of its bytes, was gone; what the average is
   * over. Absent in older reports, whose command's duration it was.
   */
  readonly durationMs?: Milliseconds;
  /** None is below the one before it, and none above the totals. */
  readonly samples: readonly Sample[];
  readonly average: InOut<OctetsPerSecond> | null;
  /** Of the fastest interval between two samples, what comes after the last one included. */
  readonly peak: InOut<OctetsPerSecond> | null;
};
