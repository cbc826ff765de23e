import type { Measurement, RemoteRow } from '../measurement.js';
import { exact } from './format-octets.js';
import { remoteRest } from './remote-rest.js';
import { octetsOf } from './remote-rows.js';
import { type Cell, left, right, type Table } from './table.js';

/** More than this are in the JSON report alone. */
const SHOWN = 50;

/** Whom the command spoke with; its lines sum up to the external bytes, where packets were counted. */
export function remoteTable({ remotes }: Measurement): Table {
  return {
    title: remotes?.evidence === 'kernel-counters' ? 'Remotes' : 'Remotes, payload by sockets',
    columns: [left('remote'), left('names'), left('port'), right('in'), right('out'), right('connections')],
    rows: remotes
      ? [
          ...remotes.rows.slice(0, SHOWN).map(remoteCells),
          ...remoteRest(remotes, SHOWN).map(({ name, octets: { in: incoming, out } }) => [
            name,
            '',
            '',
            octets(incoming),
            octets(out),
            '',
          ]),
        ]
      : [],
  };
}

function remoteCells(row: RemoteRow): Cell[] {
  const { address, names, reverseName, protocol, port, role, connections } = row;
  const place = port === null ? protocol : `${protocol} ${port}${role === 'server' ? ' (ours)' : ''}`;
  const { in: incoming, out } = octetsOf(row);
  return [
    { foreign: address },
    names.length > 0 ? { foreign: names.join(', ') } : reverseName ? { foreign: `${reverseName} (PTR)` } : '',
    place,
    octets(incoming),
    octets(out),
    connections === null ? '' : exact(connections),
  ];
}

const octets = (count: number | null) => (count === null ? exact(null) : `${exact(count)} B`);
