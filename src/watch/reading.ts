import type { Snapshot } from '../counters/snapshot.js';
import type { Stand } from './stand.js';

/** All that one sample is made of, as it was read. */
export type Reading = Omit<Stand, 'schema' | 'kind' | 'counters'> & {
  /** The kernel's number of each device. */
  readonly indexes: Readonly<Record<string, number | null>>;
  readonly snapshot: Snapshot;
};
