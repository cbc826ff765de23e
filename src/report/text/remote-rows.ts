import type { Measurement } from '../../measurement/measurement.js';
import type { RemoteRow, RemoteUse } from '../../measurement/remotes.js';
import type { InOut } from '../../measurement/traffic.js';
import { exact } from '../format-octets.js';
import { remoteRest } from '../remote-rest.js';
import { visible } from '../visible.js';
import { type TableRow, tableRow } from './table-row.js';

/** More than this are summed up; the JSON report has a thousand. */
const SHOWN = 8;

/** A line for each of the largest remotes, and what is left: the lines sum up to the total. */
export function remoteRows({ remotes }: Measurement): string[] {
  if (!remotes || remotes.rows.length === 0) return [];
  const lines: TableRow[] = [
    ...remotes.rows.slice(0, SHOWN).map((each) => ({
      name: label(each),
      octets: octetsOf(each),
      note: connections(each),
    })),
    ...remoteRest(remotes, SHOWN),
  ];
  return lines.map((line, index) => tableRow(index === 0 ? titleOf(remotes) : '', line));
}

/** Where only sockets were seen, payload is all that is known. */
export const octetsOf = ({ wireOctets, payloadOctets }: RemoteRow): InOut<number | null> =>
  wireOctets.in === null && wireOctets.out === null ? payloadOctets : wireOctets;

const titleOf = ({ evidence }: RemoteUse) => (evidence === 'kernel-counters' ? 'remotes' : 'payload');

function label({ address, names: [name, ...others], reverseName, protocol, port, role }: RemoteRow): string {
  const known = name ?? (reverseName ? `${reverseName} (PTR)` : undefined);
  const host = known === undefined ? bracketed(address, role === 'server' ? null : port) : visible(known);
  const more = others.length === 0 ? '' : ` +${others.length}`;
  const place = port === null ? ` ${protocol}` : `:${port}${protocol === 'tcp' ? '' : `/${protocol}`}`;
  return role === 'server' ? `${host} at our port ${place.slice(1)}` : `${host}${place}${more}`;
}

const bracketed = (address: string, port: number | null) =>
  address.includes(':') && port !== null ? `[${address}]` : address;

function connections({ connections: answered, tcp }: RemoteRow): string {
  const { refused = 0, unanswered = 0, aborted = 0 } = tcp?.ends ?? {};
  const counts = [
    [answered ?? 0, 'conn'] as const,
    ...Object.entries({ refused, unanswered, aborted }).map(([what, count]) => [count, what] as const),
  ];
  return counts.flatMap(([count, what]) => (count > 0 ? [`${exact(count)} ${what}`] : [])).join(', ');
}
