import type { Measurement } from '../../measurement/measurement.js';
import { exact } from '../format-octets.js';
import { left, right, type Table } from './table.js';

/** What an offline command was refused. */
export const attemptTable = ({ attempts }: Measurement): Table => ({
  title: 'Blocked',
  columns: [left('address'), left('protocol'), right('port'), right('packets')],
  rows: (attempts ?? []).map(({ address, protocol, port, packets }) => [
    { foreign: address },
    protocol,
    port === null ? '' : `${port}`,
    exact(packets),
  ]),
});
