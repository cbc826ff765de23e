import type { Layers } from '../../measurement/traffic.js';
import { ETHERNET_HEADER, ipOctets, linkBytes, packets } from '../../units.js';
import { HEADER_SPREAD } from '../hidden-segments.js';
import { without } from '../layers.js';
import type { QueueDelta } from '../queue-delta.js';
import type { LinkEndCount } from './link-count.js';
import type { PacketsIn } from './packets-in.js';

/** One direction of one family before it is summed up. */
export type Flow = {
  readonly layers: Layers;
  readonly bound: number | null;
  readonly byQueue: boolean;
  /** What showed how many packets there were; undefined: nothing did. */
  readonly packetsBy: PacketsIn['by'] | undefined;
  /** Octets of frames, at least, that the link carried and its queue has not seen. */
  readonly past: number;
};

/** What is known of segments that a link's own counters did not see, and of frames that its queue did not. */
type Segments = {
  readonly hidden: number | undefined;
  readonly tcpHeaders: number;
  /** How many packets the queue's bytes are; undefined: it is not known. */
  readonly wire: PacketsIn | undefined;
  readonly past: number;
};

/** By the queue where there is one, else estimated. */
export function flow(link: LinkEndCount, queue: QueueDelta | undefined, segments: Segments): Flow {
  const known = link.octets !== undefined && link.packets !== undefined;
  const ip = known ? without(link.octets ?? 0, ETHERNET_HEADER * (link.packets ?? 0)) : null;
  const layers = {
    ipOctets: ip === null ? null : ipOctets(ip),
    linkBytes: link.octets === undefined ? null : linkBytes(link.octets),
  };
  if (!queue) return estimate(layers, ip, link.packets, segments);
  const { wire, past } = segments;
  const octets = wire && past === 0 ? without(queue.bytes, ETHERNET_HEADER * wire.count) : null;
  if (!wire || octets === null)
    return {
      layers: { wireOctets: null, ...layers, packets: null },
      ...{ bound: null, byQueue: true, packetsBy: wire?.by, past },
    };
  return {
    layers: { wireOctets: ipOctets(octets), ...layers, packets: packets(wire.count) },
    ...{ bound: ETHERNET_HEADER * wire.off, byQueue: true, packetsBy: wire.by, past },
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
    packetsBy: 'ecn',
    past: 0,
  };
}
