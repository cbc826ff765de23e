import type { Measurement } from '../../measurement/measurement.js';
import type { RemoteRow } from '../../measurement/remotes.js';
import { exact } from '../format-octets.js';
import { remoteRest } from '../remote-rest.js';
import { octetsOf } from '../text/remote-rows.js';
import { type Cell, left, right, type Table } from './table.js';

/** More than this are in the JSON report alone. */
const SHOWN = 50;

/** Whom the command spoke with; its lines sum up to the external bytes, where packets were counted. */
export function remoteTable({ remotes }: Measurement): Table {
  const rows = remotes?.rows.slice(0, SHOWN) ?? [];
  const hasTcp = rows.some(({ tcp }) => tcp !== null);
  return {
    title: remotes?.evidence === 'kernel-counters' ? 'Remotes' : 'Remotes, payload by sockets',
    columns: [
      left('remote'),
      left('names'),
      left('port'),
      right('in'),
      right('out'),
      right('connections'),
      ...(hasTcp ? [right('retransmitted'), right('RTT')] : []),
    ],
    rows: remotes
      ? [
          ...rows.map((row) => [...remoteCells(row), ...(hasTcp ? tcpCells(row) : [])]),
          ...remoteRest(remotes, SHOWN).map(({ name, octets: { in: incoming, out } }) => [
            name,
            '',
            '',
            octets(incoming),
            octets(out),
            '',
            ...(hasTcp ? ['', ''] : []),
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

function tcpCells({ tcp }: RemoteRow): Cell[] {
  if (tcp === null) return ['', ''];
  const { retransmittedOctets: again, rttMs } = tcp;
  return [again === null ? '' : octets(again), rttMs === null ? '' : `${Number(rttMs.toPrecision(3))} ms`];
}

const octets = (count: number | null) => (count === null ? exact(null) : `${exact(count)} B`);
