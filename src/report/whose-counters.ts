import type { Measurement } from '../measurement/measurement.js';

/** Whether the kernel's counters of the namespace are others' too, as far as is known. */
export const isOfAll = ({ isolation, contamination }: Pick<Measurement, 'isolation' | 'contamination'>): boolean =>
  (isolation.kind === 'host' || isolation.kind === 'join') && contamination?.grade !== 'clean';

export const OF_ALL = 'of everybody in the network namespace';
