import type { Measurement } from '../../measurement/measurement.js';
import type { DnsUse } from '../../measurement/remotes.js';
import type { Protocol } from '../../measurement/traffic.js';
import { exact } from '../format-octets.js';
import { isOfAll, OF_ALL } from '../whose-counters.js';
import { row } from './rows.js';

/** More kinds of errors than this are in the JSON report alone. */
const SHOWN = 5;

/** How often something went wrong, and what, for one and for more. */
type CountedError = readonly [count: number | null, one: string, more?: string];

/**
 * Only what went wrong, the worst first; a healthy run has no such line. The kernel's counters are a namespace's: where
 * others live in it, that is said, and only what was seen of the command's own look-ups is apart.
 */
export function errorRows(measurement: Measurement): string[] {
  const { protocol, dns } = measurement;
  const [counted, names] = [errorsOf(protocol), nameErrors(dns)];
  if (!isOfAll(measurement)) return errorRow([...counted, ...names]);
  return [...errorRow(names), ...errorRow(counted, `${OF_ALL}: `)];
}

function errorRow(errors: readonly CountedError[], whose = ''): string[] {
  const said = errors.flatMap(([count, one, more = one]) =>
    count ? [`${exact(count)} ${count === 1 ? one : more}`] : [],
  );
  const others = said.length - SHOWN;
  const shown = others > 0 ? [...said.slice(0, SHOWN), `${others} more in the JSON report`] : said;
  return shown.length > 0 ? [row('errors', `${whose}${shown.join(', ')}`)] : [];
}

/**
 * Left out, because a healthy run has them too: resets sent (a close with unread data), UDP to closed ports and the ICMP
 * errors sent for it (an answer that came too late), packets too big (a path being measured), full send buffers (a
 * program that waits until it may go on). Retransmitted SYNs are among the segments.
 */
function errorsOf({ tcp, udp, icmp, link }: Protocol): CountedError[] {
  const { connectionsRefused: refused, connectionsTimedOut: timedOut } = tcp;
  return [
    [refused, 'connect refused', 'connects refused'],
    // Which of the failed ones timed out cannot be determined; at least these did not.
    [refused === null ? rest(tcp.connectionsFailed, timedOut) : 0, 'connect failed', 'connects failed'],
    [timedOut, 'connection timed out', 'connections timed out'],
    [tcp.resetsReceived, 'connection reset', 'connections reset'],
    [tcp.retransmittedSegments, 'retransmitted'],
    [tcp.listenDrops, 'dropped at a listener'],
    [udp.receiveBufferErrors, 'UDP dropped by a full buffer'],
    [rest(udp.errors, udp.receiveBufferErrors, udp.checksumErrors), 'UDP error', 'UDP errors'],
    [sum(tcp.checksumErrors, udp.checksumErrors, icmp.checksumErrors), 'wrong checksum', 'wrong checksums'],
    [icmp.in.destinationUnreachable, 'ICMP unreachable'],
    [icmp.in.timeExceeded, 'ICMP time exceeded'],
    [link.errors, 'link error', 'link errors'],
    [link.drops, 'dropped'],
  ];
}

/** That a name does not exist is an answer, and search lists ask for many. */
const nameErrors = (dns: DnsUse | undefined): CountedError[] => [
  [dns?.failed ?? null, 'name server failure', 'name server failures'],
  [dns?.unanswered ?? null, 'question to a name server unanswered', 'questions to name servers unanswered'],
];

const sum = (...counts: readonly (number | null)[]) => counts.reduce<number>((total, count) => total + (count ?? 0), 0);

/** What of a count the others, as far as they are known, do not explain. */
const rest = (all: number | null, ...explained: readonly (number | null)[]) =>
  all === null ? null : Math.max(0, all - sum(...explained));
