import type { Layers } from '../measurement/traffic.js';
import { ETHERNET_HEADER, ipOctets, linkBytes, packets } from '../units.js';
import type { GsoExcess } from './gso-excess.js';
import { HEADER_SPREAD } from './hidden-segments.js';
import type { LinkEndCount } from './link-count.js';
import type { QueueDelta } from './queue-delta.js';

/** One direction of one family before it is summed up. */
export type Flow = {
  readonly layers: Layers;
  readonly bound: number | null;
  readonly byQueue: boolean;
  readonly byEcn: boolean;
  /** Octets of frames, at least, that the link carried and its queue has not seen. */
  readonly past: number;
};

/** What is known of segments that a link's own counters did not see, and of frames that its queue did not. */
type Segments = {
  readonly hidden: number | undefined;
  readonly tcpHeaders: number;
  readonly excess: GsoExcess;
  readonly past: number;
};

/** By the queue where there is one, else estimated. */
export function flow(link: LinkEndCount, queue: QueueDelta | undefined, segments: Segments): Flow {
  const known = link.octets !== undefined && link.packets !== undefined;
  const ip = known ? (link.octets ?? 0) - ETHERNET_HEADER * (link.packets ?? 0) : null;
  const layers = {
    ipOctets: ip === null ? null : ipOctets(ip),
    linkBytes: link.octets === undefined ? null : linkBytes(link.octets),
  };
  if (!queue) return estimate(layers, ip, link.packets, segments);
  const { excess, past } = segments;
  if (past > 0 || excess === 'unknown')
    return { layers: { wireOctets: null, ...layers, packets: null }, bound: null, byQueue: true, byEcn: false, past };
  const count = excess?.packetsIn ?? queue.packets;
  const wire = ipOctets(queue.bytes - ETHERNET_HEADER * count);
  return {
    layers: { wireOctets: wire, ...layers, packets: packets(count) },
    bound: 0,
    byQueue: true,
    byEcn: excess !== undefined,
    past,
  };
}

type KnownLayers = Pick<Layers, 'ipOctets' | 'linkBytes'>;

/** Without the queue: the IP layer's bytes, and for each segment that it did not see the usual TCP headers. */
function estimate(
  layers: KnownLayers,
  ip: number | null,
  seen: number | undefined,
  { hidden, tcpHeaders }: Segments,
): Flow {
  const known = ip !== null && hidden !== undefined;
  return {
    layers: {
      wireOctets: known ? ipOctets(ip + hidden * tcpHeaders) : null,
      ...layers,
      packets: seen === undefined || hidden === undefined ? null : packets(seen + hidden),
    },
    bound: known ? hidden * HEADER_SPREAD : null,
    byQueue: false,
    byEcn: false,
    past: 0,
  };
}
