import type { CounterDelta } from '../../counters/delta.js';
import type { Family } from '../../measurement/traffic.js';
import { toExactNumber } from '../../units.js';
import { addKnown } from '../layers.js';
import type { REASONS } from './tree-reasons.js';
import type { Beside, TreeCount, Way } from './tree-traffic.js';

/** Octets of a fragment's own headers (RFC 791, RFC 8200). */
const FRAGMENT_HEADERS = { ipv4: 20, ipv6: 48 } as const;

/** The most that an ICMP error has (RFC 1812, 4.3.2.3; RFC 4443, 2.4). */
const LARGEST_ERROR = { ipv4: 576, ipv6: 1280 } as const;

/** IP's own counters of fragments and ICMP errors, by what this module calls them. */
type Counter = 'pieces' | 'failed' | 'errors';

/** Octets, at most, by which one cause can have the count of a tree's sockets off; null: no bound is known. */
export type Doubted = { readonly by: Exclude<keyof typeof REASONS, 'unseen-sends'>; readonly octets: number | null };

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
  const doubts: Doubted[] = [
    { by: 'unknown-mtu', octets: total('unknownMtu') > 0 ? null : 0 },
    { by: 'fragments', octets: addKnown([fragments('ipv4'), fragments('ipv6')]) },
    { by: 'icmp', octets: errorBound('ipv4', way, delta) + errorBound('ipv6', way, delta) },
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

const errorBound = (family: Family, way: Way, delta: CounterDelta) =>
  (counter('errors', family, way, delta) ?? 0) * LARGEST_ERROR[family];

const NAMES: Readonly<Record<Family, Readonly<Record<Way, Readonly<Record<Counter, readonly string[]>>>>>> = {
  ipv4: {
    in: {
      pieces: ['Ip.ReasmReqds'],
      failed: ['Ip.ReasmFails'],
      errors: ['Icmp.InDestUnreachs', 'Icmp.InTimeExcds', 'Icmp.InParmProbs', 'Icmp.InRedirects'],
    },
    out: {
      pieces: ['Ip.FragCreates'],
      failed: ['Ip.FragFails'],
      errors: ['Icmp.OutDestUnreachs', 'Icmp.OutTimeExcds', 'Icmp.OutParmProbs'],
    },
  },
  ipv6: {
    in: {
      pieces: ['Ip6ReasmReqds'],
      failed: ['Ip6ReasmFails'],
      errors: [
        'Icmp6InDestUnreachs',
        'Icmp6InPktTooBigs',
        'Icmp6InTimeExcds',
        'Icmp6InParmProblems',
        'Icmp6InRedirects',
      ],
    },
    out: {
      pieces: ['Ip6FragCreates'],
      failed: ['Ip6FragFails'],
      errors: ['Icmp6OutDestUnreachs', 'Icmp6OutPktTooBigs', 'Icmp6OutTimeExcds', 'Icmp6OutParmProblems'],
    },
  },
};

function counter(what: Counter, family: Family, way: Way, { snmp, snmp6 }: CounterDelta): number | null {
  if (family === 'ipv6' && !snmp6) return 0;
  return addKnown(
    NAMES[family][way][what].map((name) => {
      const [group = '', column = ''] = name.split('.');
      return (family === 'ipv6' ? snmp6?.[name] : snmp[group]?.[column]) ?? null;
    }),
  );
}
