import type { RecordedMeter } from './records/record.js';

/** What a total of nothing means then. */
export const NEVER_THERE = '  the control group was not there at any time: nothing was counted';

/** Whether the control group was there, in this counting of it so far; the machine, which has none, always is. */
export const wasThere = (meter: RecordedMeter | undefined): boolean =>
  !meter || meter.isThere || (meter.counters['appeared'] ?? '0') !== '0';
