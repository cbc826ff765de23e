import type { Measurement } from '../../measurement/measurement.js';
import { left, right, type Table } from './table.js';

/** Ways past every counter of the namespace. */
export const bypassTable = ({ bypasses }: Measurement): Table => ({
  title: 'Unmetered bypasses',
  columns: [left('bypass'), left('kind'), left('service'), left('process'), right('pid')],
  rows: (bypasses ?? []).map(({ what, kind, service, name, pid }) => [
    { foreign: what },
    kind,
    service ?? '',
    name === null ? '' : { foreign: name },
    pid === null ? '' : `${pid}`,
  ]),
});
