import type { Measurement, RemoteRow } from '../measurement.js';
import { exact } from './format-octets.js';
import { tableRow } from './table-row.js';
import { visible } from './visible.js';

/** More than this are summed up; the JSON report has a thousand. */
const SHOWN = 8;

/** A line for each of the largest remotes, and what is left: the lines sum up to the total. */
export function remoteRows({ remotes }: Measurement): string[] {
  if (!remotes || remotes.rows.length === 0) return [];
  const shown = remotes.rows.slice(0, SHOWN);
  const hidden = remotes.rows.slice(SHOWN);
  const count = hidden.length + remotes.others.remotes;
  const left = (way: 'in' | 'out') =>
    hidden.reduce((sum, each) => sum + each.wireOctets[way], remotes.others.wireOctets[way] as number);
  const others = { in: left('in'), out: left('out') };
  const { unattributed } = remotes;
  return [
    ...shown.map((each) => ({ name: label(each), octets: each.wireOctets, note: connections(each) })),
    { name: othersLabel(count, remotes.others.isComplete), octets: others },
    { name: 'unattributed', octets: unattributed },
  ]
    .filter(({ octets }) => octets.in + octets.out > 0)
    .map((line, index) => tableRow(index === 0 ? 'remotes' : '', line));
}

function label({ address, names: [name, ...others], protocol, port, role }: RemoteRow): string {
  const host = name === undefined ? bracketed(address, role === 'server' ? null : port) : visible(name);
  const more = others.length === 0 ? '' : ` +${others.length}`;
  const place = port === null ? ` ${protocol}` : `:${port}${protocol === 'tcp' ? '' : `/${protocol}`}`;
  return role === 'server' ? `${host} at our port ${place.slice(1)}` : `${host}${place}${more}`;
}

const bracketed = (address: string, port: number | null) =>
  address.includes(':') && port !== null ? `[${address}]` : address;

const connections = ({ connections }: RemoteRow) => (connections ? `${exact(connections)} conn` : '');

const othersLabel = (count: number, isComplete: boolean) =>
  isComplete ? `${exact(count)} other${count === 1 ? '' : 's'}` : `${exact(count)} others and more`;
