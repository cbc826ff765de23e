import type { InOut, Layers, Traffic } from '../measurement/traffic.js';
import { ipOctets, linkBytes, packets } from '../units.js';
import { sumLayers } from './layers.js';
import type { QueueDelta, WireDelta } from './queue-delta.js';

const NOTHING: Layers = {
  wireOctets: ipOctets(0),
  ipOctets: ipOctets(0),
  linkBytes: linkBytes(0),
  packets: packets(0),
};

/**
 * Moves what the command exchanged with services of the host through its loopback (--host-port) from loopback to
 * host-local. Where it was not counted it stays in loopback.
 * @param once loopback holds the command's side alone; else what passes it is sent and received there, once in, once out
 */
export function separateHostPorts(traffic: Traffic, wire: WireDelta, once = false): Traffic {
  const [incoming, outgoing] = [wire['host-port.in'], wire['host-port.out']];
  if (!incoming || !outgoing) return traffic;
  const ports: InOut<Layers> = { in: layersOf(incoming), out: layersOf(outgoing) };
  const both = sumLayers([ports.in, ports.out]);
  const passed = once ? ports : { in: both, out: both };
  const local = traffic.hostLocal ?? { in: NOTHING, out: NOTHING };
  return {
    ...traffic,
    loopback: { in: minus(traffic.loopback.in, passed.in), out: minus(traffic.loopback.out, passed.out) },
    hostLocal: { in: sumLayers([local.in, ports.in]), out: sumLayers([local.out, ports.out]) },
  };
}

/** Loopback has no Ethernet headers, and its frames are as large as its packets. */
const layersOf = ({ bytes, packets: count }: QueueDelta): Layers => ({
  wireOctets: ipOctets(bytes),
  ipOctets: ipOctets(bytes),
  linkBytes: linkBytes(bytes),
  packets: packets(count),
});

function minus(layers: Layers, part: Layers): Layers {
  const left = (layer: keyof Layers) => {
    const [all, own] = [layers[layer], part[layer]];
    return all === null || own === null ? null : Math.max(0, all - own);
  };
  const branded = <T>(count: number | null, brand: (count: number) => T) => (count === null ? null : brand(count));
  return {
    wireOctets: branded(left('wireOctets'), ipOctets),
    ipOctets: branded(left('ipOctets'), ipOctets),
    linkBytes: branded(left('linkBytes'), linkBytes),
    packets: branded(left('packets'), packets),
  };
}
