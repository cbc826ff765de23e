import type { CounterDelta } from '../counters/delta.js';
import { addKnown } from './layers.js';

/** UDP_MAX_SEGMENTS, include/linux/udp.h. */
export const MOST_UDP_SEGMENTS = 128;

/** Octets of IP's and UDP's headers, the larger of both families. */
export const UDP_HEADERS = 48;

/** An IPv4 datagram without payload (RFC 791, RFC 768). */
export const SHORTEST_UDP = 28;

/** A program segments what is large; no path carries less than this at a time (RFC 791: 576 octets, headers included). */
const SHORTEST_SEGMENT = 500;

/** Segments, at most, that packets of this many octets can have hidden: each took its part of the payload. */
export const mostHidden = (octets: number, packets: number): number =>
  Math.max(0, Math.floor((octets - packets * SHORTEST_UDP) / SHORTEST_SEGMENT));

/**
 * Segments, at most, that UDP GSO (UDP_SEGMENT, udp(7)) has hidden in the datagrams that were sent: nothing counts them,
 * though each has a part of the payload.
 * @param payload octets in which they must have been
 */
export function hiddenDatagrams({ snmp, snmp6 }: CounterDelta, payload: number): number {
  const sent = addKnown([snmp['Udp']?.['OutDatagrams'] ?? null, snmp6 ? (snmp6['Udp6OutDatagrams'] ?? null) : 0]);
  return Math.min((sent ?? Infinity) * (MOST_UDP_SEGMENTS - 1), mostHidden(payload, 0));
}
