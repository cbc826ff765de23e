import type { Measurement } from '../measurement/measurement.js';
import { timeline } from './timeline.js';

/**
 * The samples as CSV (RFC 4180, with plain line feeds): cumulative wire octets, the last line the totals; what is unknown
 * is empty. All cells are numbers: a spreadsheet has no formula to find.
 */
export function renderCsv(measurement: Measurement): string {
  const lines = timeline(measurement).map((moment) => [moment.atMs, moment.in ?? '', moment.out ?? ''].join(','));
  return ['at_ms,bytes_in,bytes_out', ...lines, ''].join('\n');
}
