import type { Snapshot } from '../counters/snapshot.js';
import type { RecordedMeter } from './records/record.js';

/** All that one sample is made of, as it was read. */
export type Reading = {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly bootId: string;
  readonly namespace: string | null;
  readonly uptimeMs: number;
  readonly awakeMs: number;
  readonly intervalMs: number;
  /** Devices that count as outside. */
  readonly devices: readonly string[];
  /** Devices that are not counted, and lead to others on this machine. */
  readonly beside?: readonly string[];
  /** The kernel's number of each device. */
  readonly indexes: Readonly<Record<string, number | null>>;
  readonly snapshot: Snapshot;
  readonly meter?: RecordedMeter;
};
