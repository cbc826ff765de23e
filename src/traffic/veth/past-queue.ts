import type { Family } from '../../measurement/traffic.js';
import { ETHERNET_HEADER } from '../../units.js';
import type { QueueDelta } from '../queue-delta.js';
import { MOST_UDP_SEGMENTS } from '../udp-segments.js';
import type { LinkEndCount } from './link-count.js';

/** Headers of IP without options (RFC 791, RFC 8200), and of the transports of which a GSO packet can be. */
const IP_HEADER = { ipv4: 20, ipv6: 40 } as const;
const UDP_HEADER = 8;
const TCP_HEADER = 20;

/**
 * Octets of frames, at least, that a device carried and its queue has not seen: sent by a packet socket past it
 * (PACKET_QDISC_BYPASS), or while another queue was in its place. The queue counts what the device counts, and for each
 * segment inside a GSO packet a header more, which is no smaller than TCP's without options or, of as many as the
 * datagrams can have been segmented into, UDP's.
 */
export function pastQueue(
  family: Family,
  queue: QueueDelta,
  link: LinkEndCount,
  datagrams: number | undefined,
): number {
  if (link.octets === undefined || link.packets === undefined) return 0;
  const hidden = hiddenSegments(queue, link.packets);
  const ofUdp = Math.min(hidden, (datagrams ?? Infinity) * (MOST_UDP_SEGMENTS - 1));
  const header = ETHERNET_HEADER + IP_HEADER[family];
  const headers = ofUdp * (header + UDP_HEADER) + (hidden - ofUdp) * (header + TCP_HEADER);
  return Math.max(0, link.octets + headers - queue.bytes);
}

const hiddenSegments = ({ packets }: QueueDelta, frames: number) => Math.max(0, packets - frames);
