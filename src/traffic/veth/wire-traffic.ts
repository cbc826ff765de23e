import type { CounterDelta } from '../../counters/delta.js';
import { INNER_DEVICES } from '../../inner-devices.js';
import type { Method } from '../../measurement/method.js';
import type { Family, InOut, Layers } from '../../measurement/traffic.js';
import { ETHERNET_HEADER, ipOctets, linkBytes, packets } from '../../units.js';
import type { Count, PastQueue } from '../count.js';
import { addKnown, sumLayers, without } from '../layers.js';
import { loopbackCount, pastLoopback } from '../loopback.js';
import type { QueueDelta, WireDelta } from '../queue-delta.js';
import { type GsoExcess, gsoExcess, knownHidden } from './gso-excess.js';
import { type FamilyCount, familyCount, type LinkCount, linkCount } from './link-count.js';
import { hasOwnDevices } from './own-devices.js';
import { type PacketsIn, type Place, packetsIn } from './packets-in.js';
import { pastQueue } from './past-queue.js';
import { type Flow, flow } from './wire-flow.js';

/** The link to the outside. */
type Link = { readonly families: readonly Family[]; readonly mtu: number };

/**
 * Turns what the queues of a veth scope and the kernel's counters say into traffic by class, direction, family and layer.
 * The method is described in src/README.md, "The numbers".
 */
export function wireTraffic({ families, mtu }: Link, wire: WireDelta, delta: CounterDelta): Count {
  const place = { mtu, hasOwnDevices: hasOwnDevices(wire, delta) };
  const local = linkCount(INNER_DEVICES['host-local'], wire, delta);
  const counts = families.map((family) => familyCount(family, wire, delta));
  const excess = gsoExcess(counts, knownHidden(local, wire, delta));
  const all = counts.map((count, index) => flows(count, excess[index], place));
  const near = localFlows(local);
  const lo = loopbackCount(wire, delta);
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
      loopback: loopback(lo),
      hostLocal: layersOf(near),
    },
    method: method(all),
    ...doubt(all, place, lo),
    ...(!lo.queue && { isLoopbackLost: true }),
    ...pastQueues([
      ...families.map((family, index) => ({ device: INNER_DEVICES[family], octets: pastOf(all[index]) })),
      { device: INNER_DEVICES['host-local'], octets: pastOf(near) },
      { device: 'lo', octets: pastLoopback(lo) },
    ]),
  };
}

/** Why packets in could not be counted, where that is so. */
function doubt(flows: readonly InOut<Flow>[], { hasOwnDevices: own }: Place, lo: ReturnType<typeof loopbackCount>) {
  const isCounted = ({ in: { byQueue: isQueued, packetsBy, past } }: InOut<Flow>) =>
    !isQueued || past > 0 || packetsBy === 'queue' || packetsBy === 'ecn';
  if (flows.every(isCounted)) return {};
  const isLoopbackKnown = lo.queue && pastLoopback(lo) === 0;
  return { doubt: own ? 'own-devices' : isLoopbackKnown ? 'contradiction' : 'loopback-queue' } as const;
}

const pastOf = (flow: InOut<Flow> | undefined) => (flow ? flow.in.past + flow.out.past : 0);

function pastQueues(all: readonly PastQueue[]): Pick<Count, 'past'> {
  const past = all.filter(({ octets }) => octets > 0);
  return past.length > 0 ? { past } : {};
}

function method(flows: readonly InOut<Flow>[]): Method {
  const ends = flows.flatMap((flow) => [flow.in, flow.out]);
  return {
    name: ends.every((flow) => flow.byQueue) ? 'qdisc' : 'proc-estimate',
    errorBound: {
      in: addKnown(flows.map((flow) => flow.in.bound)),
      out: addKnown(flows.map((flow) => flow.out.bound)),
    },
    packetsIn: flows.some((flow) => flow.in.byQueue && flow.in.packetsBy === 'headers')
      ? 'device'
      : flows.some((flow) => flow.in.byQueue && flow.in.packetsBy === 'ecn')
        ? 'ecn-counters'
        : 'qdisc',
  };
}

function flows(count: FamilyCount, excess: GsoExcess, place: Place): InOut<Flow> {
  const { family, link, queues, tcpHeaders, datagrams } = count;
  const hidden = place.hasOwnDevices ? undefined : count.hidden;
  const wire = packetsIn(count, excess, place);
  const past = (way: 'in' | 'out', sent?: number) =>
    queues[way] ? pastQueue(family, queues[way], link[way], sent) : 0;
  return {
    in: flow(link.in, queues.in, { hidden, tcpHeaders, wire, past: past('in') }),
    out: flow(link.out, queues.out, {
      ...{ hidden: undefined, tcpHeaders, wire: byQueue(queues.out) },
      past: past('out', datagrams),
    }),
  };
}

/** Segments that were made here: the queue has seen each. */
const byQueue = (queue: QueueDelta | undefined): PacketsIn | undefined =>
  queue && { count: queue.packets, off: 0, by: 'queue' };

/** Packets between this machine and the namespace are made here: the queues have seen each segment. Both families use it. */
function localFlows({ link, queues }: LinkCount): InOut<Flow> {
  const each = (way: 'in' | 'out') => {
    const past = queues[way] ? pastQueue('ipv4', queues[way], link[way], undefined) : 0;
    return flow(link[way], queues[way], { hidden: undefined, tcpHeaders: 0, wire: byQueue(queues[way]), past });
  };
  return { in: each('in'), out: each('out') };
}

function loopback(count: ReturnType<typeof loopbackCount>): InOut<Layers> {
  const { octets } = count;
  const queue = pastLoopback(count) > 0 ? undefined : count.queue;
  const wire = queue ? without(queue.bytes, ETHERNET_HEADER * queue.packets) : null;
  const layers: Layers = {
    wireOctets: wire === null ? null : ipOctets(wire),
    ipOctets: octets === undefined ? null : ipOctets(octets),
    linkBytes: octets === undefined ? null : linkBytes(octets),
    packets: queue ? packets(queue.packets) : null,
  };
  return { in: layers, out: layers };
}
