import type { InOut } from '../../measurement/traffic.js';
import type { WireDelta } from '../queue-delta.js';

/** GRO puts at most this many segments into a packet, unless BIG TCP is on (net/core/gro.c). */
const MERGED = 64;

/** What a segment has beside its data, at most in the usual case: IPv6, TCP with timestamps. */
const HEADERS = 72;

/** The tap's own, in IP octets, and its MTU. */
type Tap = { readonly mtu: number; readonly octets: InOut<number> };

/**
 * At most so many octets were lost between the wire and the tap, in the program that carries packets or in its sockets: what came for a
 * connection that ended before the program had read it, what came twice or found no room, and what the program was handed and could
 * not send. Others' on this host are among them.
 * @param wire with what the host lost meanwhile (isolation/user-mode/host-losses.ts); what is not known there is not in the bound
 */
export function lostAtHost(wire: WireDelta, { mtu, octets }: Tap): InOut<number> {
  const packets = (name: string) => wire[`host.${name}`]?.packets ?? 0;
  const bytes = (name: string) => wire[`host.${name}`]?.bytes ?? 0;
  const repeated = packets('repeated') + Math.min(packets('merged'), packets('repeated') * MERGED);
  const datagrams = packets('undelivered');
  // A datagram that came in fragments is one.
  const fragments =
    datagrams > 0 ? (wire['host4.fragments']?.packets ?? 0) + (wire['host6.fragments']?.packets ?? 0) : 0;
  const unread = bytes('unread') * (mtu / (mtu - HEADERS));
  const received = unread + (repeated + datagrams + fragments) * mtu;
  // Nobody received more than the host did.
  const rest = wire['host.received'] ? Math.max(0, bytes('received') - octets.in) : Number.POSITIVE_INFINITY;
  const lost = Math.min(received, rest);
  return {
    in: lost,
    // Nor can more be lost than was handed over. And the host acknowledges what it receives, whoever reads it.
    out: Math.min(bytes('unsent') + packets('unsent.datagrams') * mtu, octets.out) + Math.ceil(lost / mtu) * HEADERS,
  };
}

/** Whether a connection of this host ended with what nobody had read. */
export const endedUnread = (wire: WireDelta): boolean => (wire['host.unread']?.packets ?? 0) > 0;
