import { visibleJson } from '../../report/visible.js';
import { difference } from '../difference.js';
import type { Reading } from '../reading.js';
import { addTotal } from '../tally.js';
import type { SampleRecord } from './record.js';
import { recordCounters } from './recorded-counters.js';

/** The record of a sample. @param before the newest record that is kept; undefined: this is the first */
export function nextRecord(before: SampleRecord | undefined, reading: Reading): SampleRecord {
  const { snapshot, indexes, ...stand } = reading;
  const taken = { schema: 1, kind: 'sample', ...stand, counters: recordCounters(reading) } as const;
  const sample = { ...taken, ...difference(before, taken) };
  return { ...sample, total: addTotal(before?.total, sample) };
}

/** A record as a line of the file. */
export const recordLine = (record: SampleRecord): string => `${visibleJson(record)}\n`;
