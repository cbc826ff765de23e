import type { InOut, Layers, Traffic } from '../measurement/traffic.js';
import { ETHERNET_HEADER, ipOctets, linkBytes, packets } from '../units.js';
import { without } from './layers.js';
import type { QueueDelta, WireDelta } from './queue-delta.js';

const NONE: QueueDelta = { bytes: 0, packets: 0 };

/**
 * Takes out of external what the kernel refused behind the queue that counted it, which has not left, and netmeter's own
 * answers to that, which nobody outside has sent. What was refused is counted apart.
 */
export function separateBlocked(traffic: Traffic, wire: WireDelta): Traffic {
  const at = (name: string) => wire[name] ?? NONE;
  const refused = { ipv4: refusedOf(wire, '4'), ipv6: refusedOf(wire, '6') };
  const all = { in: sum(refused.ipv4.in, refused.ipv6.in), out: sum(refused.ipv4.out, refused.ipv6.out) };
  const blocked = { in: at('blocked.in'), out: sum(all.out, at('blocked.out')) };
  if (blocked.in.packets + blocked.out.packets === 0) return traffic;
  const { external } = traffic;
  const { ipv4, ipv6 } = external;
  return {
    ...traffic,
    external: {
      ...minus(external, all),
      ...(ipv4 && { ipv4: minus(ipv4, refused.ipv4) }),
      ...(ipv6 && { ipv6: minus(ipv6, refused.ipv6) }),
    },
    blocked: { in: blockedOctets(blocked.in), out: blockedOctets(blocked.out) },
  };
}

const refusedOf = (wire: WireDelta, family: '4' | '6'): InOut<QueueDelta> => ({
  in: wire[`refused${family}.in`] ?? NONE,
  out: wire[`refused${family}.out`] ?? NONE,
});

const sum = (a: QueueDelta, b: QueueDelta): QueueDelta => ({
  bytes: a.bytes + b.bytes,
  packets: a.packets + b.packets,
});

const blockedOctets = ({ bytes, packets: count }: QueueDelta) => ({
  ipOctets: ipOctets(bytes),
  packets: packets(count),
});

const minus = (flow: InOut<Layers>, part: InOut<QueueDelta>): InOut<Layers> => ({
  in: minusLayers(flow.in, part.in),
  out: minusLayers(flow.out, part.out),
});

function minusLayers(layers: Layers, { bytes, packets: count }: QueueDelta): Layers {
  const left = <T>(all: number | null, part: number, brand: (count: number) => T) => {
    const rest = all === null ? null : without(all, part);
    return rest === null ? null : brand(rest);
  };
  return {
    wireOctets: left(layers.wireOctets, bytes, ipOctets),
    ipOctets: left(layers.ipOctets, bytes, ipOctets),
    linkBytes: left(layers.linkBytes, bytes + ETHERNET_HEADER * count, linkBytes),
    packets: left(layers.packets, count, packets),
  };
}
