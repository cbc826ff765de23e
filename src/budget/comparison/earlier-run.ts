import type { Measurement } from '../../measurement/measurement.js';
import type { ProcessShares } from '../bounds/evidence.js';

/** What a later run is compared with, and what of a report that needs. */
export type EarlierRun = Pick<
  Measurement,
  'schema' | 'command' | 'isolation' | 'contamination' | 'traffic' | 'method' | 'remotes' | 'dns'
> & { readonly processes?: ProcessShares };
