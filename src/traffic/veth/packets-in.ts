import type { Family } from '../../measurement/traffic.js';
import { ETHERNET_HEADER } from '../../units.js';
import { TCP_HEADERS } from '../hidden-segments.js';
import type { QueueDelta } from '../queue-delta.js';
import type { GsoExcess } from './gso-excess.js';
import type { FamilyCount, LinkEndCount } from './link-count.js';

/** What the count of packets in can rely on: the largest packet of the link, and whether the IP layer's counters are of this link alone. */
export type Place = { readonly mtu: number; readonly hasOwnDevices: boolean };

/** How many packets came in, by how many that can be off, and what showed it: for `headers`, the bytes alone. */
export type PacketsIn = { readonly count: number; readonly off: number; readonly by: 'queue' | 'ecn' | 'headers' };

/** Headers of the smallest segment inside a GSO packet, UDP's, with the Ethernet header (RFC 791, RFC 8200, RFC 768). */
const LEAST_HEADERS = { ipv4: ETHERNET_HEADER + 28, ipv6: ETHERNET_HEADER + 48 } as const;

/**
 * The wire packets of a link's way in. The queue and the device cannot be disturbed by the command; the IP layer's counters
 * can, by devices of its own. They count only where nothing speaks against them.
 * @returns undefined: nothing says
 */
export function packetsIn(count: FamilyCount, excess: GsoExcess, place: Place): PacketsIn | undefined {
  const queue = count.queues.in;
  if (!queue) return undefined;
  const range = packetRange(count.family, queue, count.link.in, place.mtu);
  const counted = excess === 'unknown' ? undefined : (excess?.packetsIn ?? queue.packets);
  if (counted !== undefined && !place.hasOwnDevices && isWithin(counted, range))
    return { count: counted, off: 0, by: excess === undefined ? 'queue' : 'ecn' };
  if (!range) return undefined;
  const { least, usual, most } = range;
  // Two counts that the command cannot reach are the same: no segment is hidden.
  if (usual === queue.packets) return { count: usual, off: 0, by: 'queue' };
  return { count: usual, off: Math.max(most - usual, usual - least), by: 'headers' };
}

type Range = { readonly least: number; readonly usual: number; readonly most: number };

/**
 * How many packets the queue's bytes can be. They hold the headers of each segment inside a GSO packet, the device's do not:
 * what they have beyond shows how many segments there were, if their headers are the usual ones.
 */
function packetRange(family: Family, queue: QueueDelta, link: LinkEndCount, mtu: number): Range | undefined {
  if (link.octets === undefined || link.packets === undefined) return undefined;
  const added = Math.max(0, queue.bytes - link.octets);
  const least = Math.max(link.packets, Math.ceil(queue.bytes / (mtu + ETHERNET_HEADER)));
  const most = Math.max(least, link.packets + Math.floor(added / LEAST_HEADERS[family]));
  const usual = link.packets + Math.round(added / (ETHERNET_HEADER + TCP_HEADERS[family]));
  return { least, usual: Math.min(most, Math.max(least, usual)), most };
}

const isWithin = (count: number, range: Range | undefined) =>
  range === undefined || (count >= range.least && count <= range.most);
