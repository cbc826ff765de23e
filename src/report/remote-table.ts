import type { Measurement, RemoteRow } from '../measurement.js';
import { exact } from './format-octets.js';
import { type Cell, left, right, type Table } from './table.js';

/** More than this are in the JSON report alone. */
const SHOWN = 50;

/** Whom the command spoke with; its lines sum up to the external bytes. */
export function remoteTable({ remotes }: Measurement): Table {
  return {
    title: 'Remotes',
    columns: [left('remote'), left('names'), left('port'), right('in'), right('out'), right('connections')],
    rows: remotes ? [...remotes.rows.slice(0, SHOWN).map(remoteCells), ...restOf(remotes)] : [],
  };
}

function remoteCells({ address, names, protocol, port, role, wireOctets, connections }: RemoteRow): Cell[] {
  const place = port === null ? protocol : `${protocol} ${port}${role === 'server' ? ' (ours)' : ''}`;
  return [
    { foreign: address },
    names.length === 0 ? '' : { foreign: names.join(', ') },
    place,
    octets(wireOctets.in),
    octets(wireOctets.out),
    connections === null ? '' : exact(connections),
  ];
}

function restOf({ rows, others, unattributed }: NonNullable<Measurement['remotes']>): Cell[][] {
  const hidden = rows.slice(SHOWN);
  const left = (way: 'in' | 'out') =>
    hidden.reduce((sum, each) => sum + each.wireOctets[way], others.wireOctets[way] as number);
  const count = hidden.length + others.remotes;
  const lines: [name: string, incoming: number, out: number][] = [
    [others.isComplete ? `${exact(count)} others` : `${exact(count)} others and more`, left('in'), left('out')],
    ['unattributed', unattributed.in, unattributed.out],
  ];
  return lines
    .filter(([, incoming, out]) => incoming + out > 0)
    .map(([name, incoming, out]) => [name, '', '', octets(incoming), octets(out), '']);
}

const octets = (count: number) => `${exact(count)} B`;
