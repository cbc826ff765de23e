import type { CounterDelta } from '../counters/delta.js';
import type { Family, InOut, Layers, Method } from '../measurement/traffic.js';
import { ETHERNET_HEADER, ipOctets, linkBytes, packets } from '../units.js';
import type { Count } from './count.js';
import { type GsoExcess, gsoExcess, knownHidden } from './gso-excess.js';
import { addKnown, sumLayers } from './layers.js';
import { countersOf, type FamilyCount, familyCount, type LinkCount, linkCount } from './link-count.js';
import type { QueueDelta, WireDelta } from './queue-delta.js';
import { type Flow, flow } from './wire-flow.js';

/**
 * Turns what the queues of a veth scope and the kernel's counters say into traffic by class, direction, family and layer.
 * The method is told in src/README.md, "The numbers".
 */
export function wireTraffic(families: readonly Family[], wire: WireDelta, delta: CounterDelta): Count {
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

const flows = (count: FamilyCount, excess: GsoExcess): InOut<Flow> => ({
  in: flow(count.link.in, count.queues.in, { hidden: count.hidden, tcpHeaders: count.tcpHeaders, excess }),
  out: flow(count.link.out, count.queues.out, { hidden: undefined, tcpHeaders: count.tcpHeaders, excess: undefined }),
});

/** Packets between this machine and the namespace are made here: the queues have seen each segment. */
function localFlows({ link, queues }: LinkCount): InOut<Flow> {
  const unseen = { hidden: undefined, tcpHeaders: 0, excess: undefined };
  return { in: flow(link.in, queues.in, unseen), out: flow(link.out, queues.out, unseen) };
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
