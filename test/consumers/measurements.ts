import { MEASUREMENTS } from '../report/measurements.js';
import { attached, hostile, long, offline } from '../report/special.js';

/** Everything that a renderer may be given. */
export const ALL = [...MEASUREMENTS, ...Object.entries({ attached, hostile, long, offline })];
