import type { CounterDelta, Increments } from '../counters/delta.js';
import type { InOut, Layers, Method, Traffic } from '../measurement.js';
import { ipOctets, linkBytes, packets } from '../units.js';
import { hiddenSegments, ipv4Counters, ipv6Counters } from './hidden-segments.js';
import { addKnown, sumLayers } from './layers.js';

/** What a queue sent: frame bytes with each segment's own headers, and wire packets. */
export type QueueDelta = { readonly bytes: number; readonly packets: number };

/** By link end; `undefined` where a queue could not be read to the end. */
export type WireDelta = {
  readonly ipv4: InOut<QueueDelta | undefined>;
  readonly ipv6?: InOut<QueueDelta | undefined>;
  readonly loopback: QueueDelta | undefined;
};

/** One direction of one family before it is summed up. */
type Flow = {
  readonly layers: Layers;
  readonly bound: number | null;
  readonly byQueue: boolean;
  readonly byEcn: boolean;
};

const ETHERNET_HEADER = 14;
/** TCP options other than timestamps, IP options, other protocols: what a hidden header may differ by from the usual. */
const HEADER_SPREAD = 68;

/**
 * Turns what the queues and the kernel's counters say into traffic by class, direction, family and layer.
 * The method is told in src/README.md, "The numbers".
 */
export function wireTraffic(wire: WireDelta, delta: CounterDelta): { traffic: Traffic; method: Method } {
  const counts = [familyCount('ipv4', wire.ipv4, delta), ...(wire.ipv6 ? [familyCount('ipv6', wire.ipv6, delta)] : [])];
  const excess = gsoExcess(counts, wire.loopback, delta);
  const [four, six] = counts.map((count) => flows(count, excess));
  const all = [four, six].filter((flow) => flow !== undefined);
  const external = {
    in: sumLayers(all.map((flow) => flow.in.layers)),
    out: sumLayers(all.map((flow) => flow.out.layers)),
  };
  const layersOf = (flow: InOut<Flow>) => ({ in: flow.in.layers, out: flow.out.layers });
  return {
    traffic: {
      external: { ...external, ...(four && { ipv4: layersOf(four) }), ...(six && { ipv6: layersOf(six) }) },
      loopback: loopback(wire.loopback, delta),
    },
    method: method(all),
  };
}

function method(flows: readonly InOut<Flow>[]): Method {
  const ends = flows.flatMap((flow) => [flow.in, flow.out]);
  return {
    name: ends.every((flow) => flow.byQueue) ? 'qdisc' : 'proc-estimate',
    errorBound: {
      in: addKnown(flows.map((flow) => flow.in.bound)),
      out: addKnown(flows.map((flow) => flow.out.bound)),
    },
    packetsIn: flows.some((flow) => flow.in.byEcn) ? 'ecn-counters' : 'qdisc',
  };
}

/** What was counted for one family; packets in by the IP layer where it counts segments. */
type FamilyCount = {
  readonly queues: InOut<QueueDelta | undefined>;
  readonly link: InOut<LinkCount>;
  readonly hidden: number | undefined;
  readonly tcpHeaders: number;
};

type LinkCount = { readonly octets: number | undefined; readonly packets: number | undefined };

function familyCount(name: 'ipv4' | 'ipv6', queues: FamilyCount['queues'], delta: CounterDelta): FamilyCount {
  const device = delta.devices[name === 'ipv4' ? 'nm4' : 'nm6'];
  const link: Increments = device && device.kind !== 'vanished' ? device.counters : {};
  return {
    queues,
    link: {
      in: { octets: link['rxBytes'], packets: link['rxPackets'] },
      out: { octets: link['txBytes'], packets: link['txPackets'] },
    },
    hidden: hiddenSegments(name === 'ipv4' ? ipv4Counters(delta) : ipv6Counters(delta)),
    tcpHeaders: name === 'ipv4' ? 52 : 72,
  };
}

/** Wire packets in by the IP layer. */
const packetsByIp = ({ link, hidden }: FamilyCount) =>
  link.in.packets === undefined || hidden === undefined ? undefined : link.in.packets + hidden;

/** Segments that the IP layer saw and the queues did not: where the uplink hands over GSO packets (kernel-side LRO, virtio). */
type GsoExcess = { readonly present: boolean; readonly onLoopback: number };

/**
 * Loopback has super-packets too, rarely; the IP layer counts their segments with everybody else's, and loopback's own
 * queue tells how many. What is beyond them came through the uplink.
 */
function gsoExcess(counts: readonly FamilyCount[], loop: QueueDelta | undefined, delta: CounterDelta): GsoExcess {
  const excess = counts.map((count) => Math.max(0, (packetsByIp(count) ?? 0) - (count.queues.in?.packets ?? Infinity)));
  const device = delta.devices['lo'];
  const loopPackets = device && device.kind !== 'vanished' ? (device.counters['rxPackets'] ?? 0) : 0;
  const onLoopback = Math.max(0, (loop?.packets ?? 0) - loopPackets);
  return { present: excess.reduce((total, count) => total + count, 0) > onLoopback, onLoopback };
}

function flows(count: FamilyCount, excess: GsoExcess): InOut<Flow> {
  const { link, queues, hidden, tcpHeaders } = count;
  return {
    in: flow(link.in, queues.in, { hidden, tcpHeaders, excess, byIp: packetsByIp(count) }),
    out: flow(link.out, queues.out, { hidden: undefined, tcpHeaders, excess: NO_EXCESS, byIp: undefined }),
  };
}

const NO_EXCESS: GsoExcess = { present: false, onLoopback: 0 };

type Segments = {
  readonly hidden: number | undefined;
  readonly tcpHeaders: number;
  readonly excess: GsoExcess;
  readonly byIp: number | undefined;
};

function flow(link: LinkCount, queue: QueueDelta | undefined, segments: Segments): Flow {
  const known = link.octets !== undefined && link.packets !== undefined;
  const ip = known ? (link.octets ?? 0) - ETHERNET_HEADER * (link.packets ?? 0) : null;
  const layers = {
    ipOctets: ip === null ? null : ipOctets(ip),
    linkBytes: link.octets === undefined ? null : linkBytes(link.octets),
  };
  if (!queue) return estimate(layers, ip, segments);
  const { excess, byIp } = segments;
  const byEcn = excess.present && byIp !== undefined && byIp > queue.packets;
  const count = byEcn ? byIp : queue.packets;
  const wire = ipOctets(queue.bytes - ETHERNET_HEADER * count);
  const bound = byEcn ? ETHERNET_HEADER * excess.onLoopback : 0;
  return { layers: { wireOctets: wire, ...layers, packets: packets(count) }, bound, byQueue: true, byEcn };
}

type KnownLayers = Pick<Layers, 'ipOctets' | 'linkBytes'>;

/** Without the queue: the IP layer's bytes, and for each segment that it did not see the usual TCP headers. */
function estimate(layers: KnownLayers, ip: number | null, { hidden, tcpHeaders, byIp }: Segments): Flow {
  const known = ip !== null && hidden !== undefined;
  return {
    layers: {
      wireOctets: known ? ipOctets(ip + hidden * tcpHeaders) : null,
      ...layers,
      packets: byIp === undefined ? null : packets(byIp),
    },
    bound: known ? hidden * HEADER_SPREAD : null,
    byQueue: false,
    byEcn: false,
  };
}

/** Loopback frames are handed over without their Ethernet header; only the queue has seen it. */
function loopback(queue: QueueDelta | undefined, delta: CounterDelta): InOut<Layers> {
  const device = delta.devices['lo'];
  const octets = device && device.kind !== 'vanished' ? device.counters['rxBytes'] : undefined;
  const layers: Layers = {
    wireOctets: queue ? ipOctets(queue.bytes - ETHERNET_HEADER * queue.packets) : null,
    ipOctets: octets === undefined ? null : ipOctets(octets),
    linkBytes: octets === undefined ? null : linkBytes(octets),
    packets: queue ? packets(queue.packets) : null,
  };
  return { in: layers, out: layers };
}
