import type { SampleRecord } from './records/record.js';

/** A sample before it is known what was added. */
export type Stand = Omit<SampleRecord, 'delta' | 'events' | 'total' | 'carry'>;
/** What was added to the one before it, and what a reader must know of that. */
export type Difference = Pick<SampleRecord, 'delta' | 'events' | 'carry'>;
