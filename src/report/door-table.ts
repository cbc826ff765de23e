import type { Measurement } from '../measurement/measurement.js';
import { left, right, type Table } from './table.js';

/** Ways past every counter of the namespace. */
export const doorTable = ({ doors }: Measurement): Table => ({
  title: 'Unmetered doors',
  columns: [left('door'), left('kind'), left('service'), left('process'), right('pid')],
  rows: (doors ?? []).map(({ what, kind, service, name, pid }) => [
    { foreign: what },
    kind,
    service ?? '',
    name === null ? '' : { foreign: name },
    pid === null ? '' : `${pid}`,
  ]),
});
