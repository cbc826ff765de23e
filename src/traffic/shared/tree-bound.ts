import type { CounterDelta } from '../../counters/delta.js';
import type { Family } from '../../measurement/traffic.js';
import { toExactNumber } from '../../units.js';
import { addKnown } from '../layers.js';
import { counter } from './ip-counters.js';
import type { Beside, TreeCount, Way } from './tree-count.js';
import type { REASONS } from './tree-reasons.js';

/** Octets of a fragment's own headers (RFC 791, RFC 8200). */
const FRAGMENT_HEADERS = { ipv4: 20, ipv6: 48 } as const;

/** The most that an ICMP error has (RFC 1812, 4.3.2.3; RFC 4443, 2.4). */
const LARGEST_ERROR = { ipv4: 576, ipv6: 1280 } as const;

/** Octets, at most, by which one cause can have the count of a tree's sockets off; null: no bound is known. */
export type Doubted = {
  readonly by: Exclude<keyof typeof REASONS, 'unseen-sends' | 'tunnels' | 'unheard-tunnels'>;
  readonly octets: number | null;
};

/** How far all of them together can have it off, in octets; null: no bound is known. */
export const boundOf = (doubts: readonly Doubted[]): number | null => addKnown(doubts.map(({ octets }) => octets));

/**
 * Why the count of a tree's sockets can be off: a program at the socket sees datagrams before they are fragmented and after
 * they are reassembled, and no ICMP error, which has no socket.
 */
export function treeDoubts(
  counts: readonly TreeCount[],
  way: Way,
  { delta, unseen, late }: Pick<Beside, 'delta' | 'unseen' | 'late'>,
): Doubted[] {
  const outside = counts.filter((each) => each.class === 'external');
  // Whoever sent and received nothing is sent no errors, and causes none.
  if (outside.every(({ count }) => count.packets === 0n)) return [];
  const external = outside.filter((each) => each.way === way);
  const total = (field: keyof TreeCount['count']) =>
    toExactNumber(external.reduce((sum, { count }) => sum + count[field], 0n));
  const fragments = (family: Family) => {
    const pieces = external.filter((each) => each.family === family);
    return fragmentBound(
      toExactNumber(pieces.reduce((sum, { count }) => sum + count.fragments, 0n)),
      family,
      way,
      delta,
    );
  };
  const cause = { delta, outside, late };
  const doubts: Doubted[] = [
    { by: 'unknown-mtu', octets: total('unknownMtu') > 0 ? null : 0 },
    { by: 'fragments', octets: addKnown([fragments('ipv4'), fragments('ipv6')]) },
    { by: 'icmp', octets: errorBound('ipv4', way, cause) + errorBound('ipv6', way, cause) },
    // Others' copies came to a raw socket, too.
    { by: 'raw-sockets', octets: total('rawOctets') },
    { by: 'closed-connections', octets: unseenBound(unseen, way, delta) },
    { by: 'closed-datagram-sockets', octets: way === 'in' ? (late ?? lateDatagrams(outside, delta)) : 0 },
  ];
  return doubts.filter(({ octets }) => octets !== 0);
}

/**
 * A FIN that comes late, and its acknowledgement, have no socket any more. What was in flight when a connection was reset has
 * none either, and is answered by a reset for each packet, as large as a GSO packet can be.
 */
function unseenBound(unseen: number, way: Way, { snmp }: CounterDelta): number | null {
  if (unseen === 0) return 0;
  const resets = snmp['Tcp']?.['OutRsts'];
  if (resets === undefined) return null;
  return unseen * REPEATED_FIN + resets * (way === 'in' ? LARGEST_PACKET : RESET);
}

/** Its headers with timestamps, in IPv6, twice. */
const REPEATED_FIN = 2 * 72;

/** Of IPv6, with what an answer may repeat. */
const RESET = 72;

/** GRO_MAX_SIZE (linux/netdevice.h), and the headers of its segments of the least size that a path must carry (RFC 9293, 3.7.1). */
const LARGEST_PACKET = 8 * 65_535 + 72 * Math.ceil((8 * 65_535) / 536);

/** The most that a datagram has. */
const LARGEST_DATAGRAM = 65_535;

/** Where they were not seen, one by one, datagrams for nobody may be answers that came when their socket was closed. */
function lateDatagrams(outside: readonly TreeCount[], { snmp, snmp6 }: CounterDelta): number | null {
  if (outside.every(({ protocol, count }) => protocol !== 'udp' || count.packets === 0n)) return 0;
  const late = addKnown([snmp['Udp']?.['NoPorts'] ?? null, snmp6 ? (snmp6['Udp6NoPorts'] ?? null) : 0]);
  return late === null ? null : late * LARGEST_DATAGRAM;
}

/** As many pieces as the kernel has made, or met, are certain; what it counts beyond may be others'. */
function fragmentBound(expected: number, family: Family, way: Way, delta: CounterDelta): number | null {
  const [pieces, failed] = [counter('pieces', family, way, delta), counter('failed', family, way, delta)];
  if (pieces === null || failed === null) return expected === 0 ? 0 : null;
  if (expected === 0 && failed === 0) return 0;
  return Math.abs(pieces - expected) * FRAGMENT_HEADERS[family];
}

type Cause = Pick<Beside, 'delta' | 'late'> & { readonly outside: readonly TreeCount[] };

/**
 * An error answers one packet (RFC 1122, 3.2.2; RFC 4443, 2.4): of those that came, at most so many are the tree's as it has sent
 * packets, whoever sends others. Those that this machine makes answer what came, and what could not leave: it was counted.
 */
function errorBound(family: Family, way: Way, { delta, outside, late }: Cause): number {
  const errors = counter('errors', family, way, delta) ?? 0;
  const answered = outside
    .filter((each) => each.family === family && (way === 'out' || each.way === 'out'))
    .reduce((sum, { count }) => sum + toExactNumber(count.packets + count.fragments), 0);
  // Those that came when their socket was closed are in no count, and have at least their headers.
  const closed = way === 'in' ? 0 : late === null ? Number.POSITIVE_INFINITY : Math.ceil(late / SMALLEST_DATAGRAM);
  return Math.min(errors, answered + closed) * LARGEST_ERROR[family];
}

/** Headers of IPv4 and UDP. */
const SMALLEST_DATAGRAM = 28;
