import type { CounterDelta, Increments } from '../counters/delta.js';
import type { Family, InOut, Layers, Method, Traffic } from '../measurement/traffic.js';
import { ipOctets, linkBytes, packets } from '../units.js';
import { HEADER_SPREAD, hiddenSegments, ipv4Counters, ipv6Counters, TCP_HEADERS } from './hidden-segments.js';
import { addKnown, sumLayers } from './layers.js';
import type { QueueDelta, WireDelta } from './queue-delta.js';

/** One direction of one family before it is summed up. */
type Flow = {
  readonly layers: Layers;
  readonly bound: number | null;
  readonly byQueue: boolean;
  readonly byEcn: boolean;
};

const ETHERNET_HEADER = 14;

/**
 * Turns what the queues of a veth scope and the kernel's counters say into traffic by class, direction, family and layer.
 * The method is told in src/README.md, "The numbers".
 */
export function wireTraffic(
  families: readonly Family[],
  wire: WireDelta,
  delta: CounterDelta,
): { traffic: Traffic; method: Method } {
  const local = linkCount('nmh', wire, delta);
  const counts = families.map((family) => familyCount(family, wire, delta));
  const excess = gsoExcess(counts, knownHidden(local, wire, delta));
  const all = counts.map((count, index) => flows(count, excess[index]));
  const external = {
    in: sumLayers(all.map((flow) => flow.in.layers)),
    out: sumLayers(all.map((flow) => flow.out.layers)),
  };
  const layersOf = (flow: InOut<Flow>) => ({ in: flow.in.layers, out: flow.out.layers });
  const byFamily = Object.fromEntries(
    families.flatMap((family, index) => {
      const flow = all[index];
      return flow ? [[family, layersOf(flow)]] : [];
    }),
  );
  return {
    traffic: {
      external: { ...external, ...byFamily },
      loopback: loopback(wire['lo.out'], delta),
      hostLocal: layersOf(localFlows(local)),
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

type LinkEndCount = { readonly octets: number | undefined; readonly packets: number | undefined };

/** What was counted at a link. */
type LinkCount = { readonly queues: InOut<QueueDelta | undefined>; readonly link: InOut<LinkEndCount> };

/** The same for a family, with the segments that the IP layer saw arrive inside super-packets. */
type FamilyCount = LinkCount & { readonly hidden: number | undefined; readonly tcpHeaders: number };

function linkCount(device: string, wire: WireDelta, delta: CounterDelta): LinkCount {
  const link = countersOf(device, delta);
  return {
    queues: { in: wire[`${device}.in`], out: wire[`${device}.out`] },
    link: {
      in: { octets: link['rxBytes'], packets: link['rxPackets'] },
      out: { octets: link['txBytes'], packets: link['txPackets'] },
    },
  };
}

function countersOf(device: string, delta: CounterDelta): Increments {
  const present = delta.devices[device];
  return present && present.kind !== 'vanished' ? present.counters : {};
}

const familyCount = (family: Family, wire: WireDelta, delta: CounterDelta): FamilyCount => ({
  ...linkCount(family === 'ipv4' ? 'nm4' : 'nm6', wire, delta),
  hidden: hiddenSegments(family === 'ipv4' ? ipv4Counters(delta) : ipv6Counters(delta)),
  tcpHeaders: TCP_HEADERS[family],
});

/**
 * Super-packets that did not come through the uplink: loopback's, which are rare, and those of this machine's own
 * addresses. The IP layer counts their segments with everybody else's, and the queues there tell how many.
 */
function knownHidden({ queues, link }: LinkCount, wire: WireDelta, delta: CounterDelta): number {
  const lo = (wire['lo.out']?.packets ?? 0) - (countersOf('lo', delta)['rxPackets'] ?? 0);
  const local = (queues.in?.packets ?? 0) - (link.in.packets ?? 0);
  return Math.max(0, lo) + Math.max(0, local);
}

/** Of a family whose uplink hands over GSO packets (virtio, LRO): the wire packets that came in. */
type GsoExcess = { readonly packetsIn: number } | undefined;

/**
 * Where an uplink hands over GSO packets the queue counts each as one, though all its segments' bytes. The IP layer
 * counts segments; what it saw beyond the queues' packets and the known super-packets came that way. The sum over the
 * families is exact; how the known ones divide between them is not told, so the first one takes them.
 */
function gsoExcess(counts: readonly FamilyCount[], known: number): readonly GsoExcess[] {
  const byIp = counts.map(({ link, hidden }) =>
    link.in.packets === undefined || hidden === undefined ? undefined : link.in.packets + hidden,
  );
  const beyond = counts.map(({ queues }, index) => (byIp[index] ?? 0) - (queues.in?.packets ?? Infinity));
  const total = beyond.reduce((sum, count) => sum + Math.max(0, count), 0);
  if (total <= known) return counts.map(() => undefined);
  let left = known;
  return counts.map(({ queues }, index) => {
    const seen = byIp[index];
    const own = queues.in?.packets ?? 0;
    if (seen === undefined || seen <= own) return undefined;
    const taken = Math.min(left, seen - own);
    left -= taken;
    return { packetsIn: seen - taken };
  });
}

const flows = (count: FamilyCount, excess: GsoExcess): InOut<Flow> => ({
  in: flow(count.link.in, count.queues.in, { hidden: count.hidden, tcpHeaders: count.tcpHeaders, excess }),
  out: flow(count.link.out, count.queues.out, { hidden: undefined, tcpHeaders: count.tcpHeaders, excess: undefined }),
});

/** Packets between this machine and the namespace are made here: the queues have seen each segment. */
function localFlows({ link, queues }: LinkCount): InOut<Flow> {
  const unseen = { hidden: undefined, tcpHeaders: 0, excess: undefined };
  return { in: flow(link.in, queues.in, unseen), out: flow(link.out, queues.out, unseen) };
}

type Segments = { readonly hidden: number | undefined; readonly tcpHeaders: number; readonly excess: GsoExcess };

function flow(link: LinkEndCount, queue: QueueDelta | undefined, segments: Segments): Flow {
  const known = link.octets !== undefined && link.packets !== undefined;
  const ip = known ? (link.octets ?? 0) - ETHERNET_HEADER * (link.packets ?? 0) : null;
  const layers = {
    ipOctets: ip === null ? null : ipOctets(ip),
    linkBytes: link.octets === undefined ? null : linkBytes(link.octets),
  };
  if (!queue) return estimate(layers, ip, link.packets, segments);
  const { excess } = segments;
  const count = excess?.packetsIn ?? queue.packets;
  const wire = ipOctets(queue.bytes - ETHERNET_HEADER * count);
  return {
    layers: { wireOctets: wire, ...layers, packets: packets(count) },
    bound: 0,
    byQueue: true,
    byEcn: excess !== undefined,
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
  };
}

/** Loopback frames are handed over without their Ethernet header; only the queue has seen it. */
function loopback(queue: QueueDelta | undefined, delta: CounterDelta): InOut<Layers> {
  const octets = countersOf('lo', delta)['rxBytes'];
  const layers: Layers = {
    wireOctets: queue ? ipOctets(queue.bytes - ETHERNET_HEADER * queue.packets) : null,
    ipOctets: octets === undefined ? null : ipOctets(octets),
    linkBytes: octets === undefined ? null : linkBytes(octets),
    packets: queue ? packets(queue.packets) : null,
  };
  return { in: layers, out: layers };
}
