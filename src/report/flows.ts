import type { InOut, Layers } from '../measurement/traffic.js';

/** In and out together; layers that cannot be added are those of `in`. */
export function totalOf(external: InOut<Layers>): Layers {
  return {
    ...external.in,
    wireOctets: both(external, 'wireOctets') as Layers['wireOctets'],
    packets: both(external, 'packets') as Layers['packets'],
  };
}

function both(external: InOut<Layers>, layer: 'wireOctets' | 'packets'): number | null {
  const { in: incoming, out } = external;
  return incoming[layer] === null || out[layer] === null ? null : incoming[layer] + out[layer];
}

export const moved = (flow: InOut<Layers> | undefined): flow is InOut<Layers> =>
  flow !== undefined && (flow.in.packets !== 0 || flow.out.packets !== 0);

/** Loopback is no wire: where no queue counted what one would carry, its IP octets are reported. */
export const withoutWire = (layers: Layers): Layers => ({
  ...layers,
  wireOctets: layers.wireOctets ?? layers.ipOctets,
});

/** Where a tree's own sockets are counted, loopback's two directions may lead to somebody else's. */
export const isOneSided = ({ in: incoming, out }: InOut<Layers>): boolean =>
  incoming.packets !== out.packets || incoming.wireOctets !== out.wireOctets;
