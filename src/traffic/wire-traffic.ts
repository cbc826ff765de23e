import type { CounterDelta, Increments } from '../counters/delta.js';
import type { InOut, Layers, Method, Traffic } from '../measurement.js';
import { ipOctets, linkBytes, packets } from '../units.js';

/** What a queue sent: frame bytes with each segment's own headers, and wire packets. */
export type QueueDelta = { readonly bytes: number; readonly packets: number };

/** By link end; `undefined` where a queue could not be read to the end. */
export type WireDelta = {
  readonly ipv4: InOut<QueueDelta | undefined>;
  readonly ipv6?: InOut<QueueDelta | undefined>;
  readonly loopback: QueueDelta | undefined;
};

/** Where each family's counters are: its device inside, and its group of IP counters. */
type Family = { readonly device: string; readonly tcpHeaders: number; readonly ip: Increments };

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
 * @see Documentation: kernel counts of GSO packets, src/README.md "The numbers"
 */
export function wireTraffic(wire: WireDelta, delta: CounterDelta): { traffic: Traffic; method: Method } {
  const four = family(wire.ipv4, { device: 'nm4', tcpHeaders: 52, ip: ipv4Counters(delta) }, delta);
  const six = wire.ipv6 && family(wire.ipv6, { device: 'nm6', tcpHeaders: 72, ip: ipv6Counters(delta) }, delta);
  const flows = six ? [four, six] : [four];
  const external = { in: sum(flows.map((flow) => flow.in.layers)), out: sum(flows.map((flow) => flow.out.layers)) };
  const layersOf = (flow: InOut<Flow>) => ({ in: flow.in.layers, out: flow.out.layers });
  return {
    traffic: {
      external: { ...external, ipv4: layersOf(four), ...(six && { ipv6: layersOf(six) }) },
      loopback: loopback(wire.loopback, delta),
    },
    method: method(flows),
  };
}

function method(flows: readonly InOut<Flow>[]): Method {
  const ends = flows.flatMap((flow) => [flow.in, flow.out]);
  return {
    name: ends.every((flow) => flow.byQueue) ? 'qdisc' : 'proc-estimate',
    errorBound: { in: add(flows.map((flow) => flow.in.bound)), out: add(flows.map((flow) => flow.out.bound)) },
    packetsIn: flows.some((flow) => flow.in.byEcn) ? 'ecn-counters' : 'qdisc',
  };
}

function family(queues: InOut<QueueDelta | undefined>, of: Family, delta: CounterDelta): InOut<Flow> {
  const device = delta.devices[of.device];
  const link: Increments = device && device.kind !== 'vanished' ? device.counters : {};
  const hidden = hiddenSegments(of.ip);
  return {
    in: flow({ octets: link['rxBytes'], packets: link['rxPackets'] }, queues.in, hidden, of.tcpHeaders),
    out: flow({ octets: link['txBytes'], packets: link['txPackets'] }, queues.out, undefined, of.tcpHeaders),
  };
}

type LinkCount = { readonly octets: number | undefined; readonly packets: number | undefined };

function flow(link: LinkCount, queue: QueueDelta | undefined, hidden: number | undefined, tcpHeaders: number): Flow {
  const known = link.octets !== undefined && link.packets !== undefined;
  const ip = known ? (link.octets ?? 0) - ETHERNET_HEADER * (link.packets ?? 0) : null;
  const wirePackets = known && hidden !== undefined ? (link.packets ?? 0) + hidden : undefined;
  const layers = {
    ipOctets: ip === null ? null : ipOctets(ip),
    linkBytes: link.octets === undefined ? null : linkBytes(link.octets),
  };
  if (!queue) return estimate(layers, ip, wirePackets, hidden, tcpHeaders);
  // An uplink that delivers GSO packets leaves their segments uncounted in the queue, but not in the IP layer.
  const byEcn = wirePackets !== undefined && wirePackets > queue.packets;
  const count = byEcn ? wirePackets : queue.packets;
  const wire = ipOctets(queue.bytes - ETHERNET_HEADER * count);
  return { layers: { wireOctets: wire, ...layers, packets: packets(count) }, bound: 0, byQueue: true, byEcn };
}

type KnownLayers = Pick<Layers, 'ipOctets' | 'linkBytes'>;

/** Without the queue: the IP layer's bytes, and for each segment that it did not see the usual TCP headers. */
function estimate(
  layers: KnownLayers,
  ip: number | null,
  count: number | undefined,
  hidden: number | undefined,
  tcpHeaders: number,
): Flow {
  const known = ip !== null && hidden !== undefined;
  return {
    layers: {
      wireOctets: known ? ipOctets(ip + hidden * tcpHeaders) : null,
      ...layers,
      packets: count === undefined ? null : packets(count),
    },
    bound: known ? hidden * HEADER_SPREAD : null,
    byQueue: false,
    byEcn: false,
  };
}

/**
 * Wire segments that arrived inside super-packets: the ECN counters count segments, InReceives counts packets.
 * On loopback both are equal (its packets are as large as its segments), and so are they for looped multicast.
 */
function hiddenSegments(ip: Increments): number | undefined {
  const ecn = add([ip['noEct'], ip['ect0'], ip['ect1'], ip['ce']].map((count) => count ?? null));
  const receives = ip['receives'];
  return ecn === null || receives === undefined ? undefined : Math.max(0, ecn - receives);
}

function ipv4Counters({ netstat, snmp }: CounterDelta): Increments {
  const ext = netstat['IpExt'] ?? {};
  return present({
    noEct: ext['InNoECTPkts'],
    ect0: ext['InECT0Pkts'],
    ect1: ext['InECT1Pkts'],
    ce: ext['InCEPkts'],
    receives: snmp['Ip']?.['InReceives'],
  });
}

function ipv6Counters({ snmp6 = {} }: CounterDelta): Increments {
  return present({
    noEct: snmp6['Ip6InNoECTPkts'],
    ect0: snmp6['Ip6InECT0Pkts'],
    ect1: snmp6['Ip6InECT1Pkts'],
    ce: snmp6['Ip6InCEPkts'],
    receives: snmp6['Ip6InReceives'],
  });
}

const present = (counters: Record<string, number | undefined>): Increments =>
  Object.fromEntries(Object.entries(counters).filter((entry): entry is [string, number] => entry[1] !== undefined));

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

function sum(all: readonly Layers[]): Layers {
  const total = (layer: keyof Layers) => add(all.map((layers) => layers[layer]));
  const branded = <T>(count: number | null, brand: (count: number) => T) => (count === null ? null : brand(count));
  return {
    wireOctets: branded(total('wireOctets'), ipOctets),
    ipOctets: branded(total('ipOctets'), ipOctets),
    linkBytes: branded(total('linkBytes'), linkBytes),
    packets: branded(total('packets'), packets),
  };
}

/** A sum with an unknown part is unknown. */
const add = (counts: readonly (number | null)[]) =>
  counts.reduce<number | null>((total, count) => (total === null || count === null ? null : total + count), 0);
