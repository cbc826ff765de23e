import type { Measurement } from '../../measurement/measurement.js';
import { exact } from '../format-octets.js';
import { timeline } from '../timeline.js';
import { right, type Table } from './table.js';

/** The time series in numbers: cumulative bytes, the last row the totals. */
export const sampleTable = (measurement: Measurement): Table => ({
  title: 'Samples',
  columns: [right('seconds'), right('bytes in'), right('bytes out')],
  rows: timeline(measurement).map((moment) => [(moment.atMs / 1000).toFixed(3), exact(moment.in), exact(moment.out)]),
  folded: true,
});
