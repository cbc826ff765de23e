import type { IpOctets, Milliseconds, OctetsPerSecond } from '../units.js';
import type { InOut } from './traffic.js';

/** Cumulative external wire octets, `atMs` after the command's start. */
export type Sample = { readonly atMs: Milliseconds; readonly in: IpOctets; readonly out: IpOctets };

export type Series = {
  /** Distance of the samples; grows when a long run is thinned out to stay bounded. */
  readonly intervalMs: Milliseconds;
  readonly samples: readonly Sample[];
  readonly average: InOut<OctetsPerSecond> | null;
  readonly peak: InOut<OctetsPerSecond> | null;
};
