import { type Bounds, exactly, unknown } from './bounds.js';
import type { Evidence } from './evidence.js';

/** What stayed on `lo`: it is sent as often as it is received, and counted once. */
export function loopbackBounds({ traffic, isShared = false }: Evidence): Bounds {
  const octets = traffic?.loopback.out.wireOctets ?? null;
  if (octets !== null) return isShared ? { ...exactly(octets), lower: 0 } : exactly(octets);
  // Without a queue only whether anything moved is certain.
  if (traffic?.loopback.out.packets === 0) return exactly(0);
  return unknown('what a wire would have carried of loopback is not counted here');
}

/** What met this machine's own addresses, both ways. */
export function hostLocalBounds({ traffic }: Evidence): Bounds {
  if (!traffic?.hostLocal) return unknown('traffic with this machine is not told apart here');
  const { in: incoming, out } = traffic.hostLocal;
  return incoming.wireOctets === null || out.wireOctets === null
    ? unknown('traffic with this machine could not be measured')
    : exactly(incoming.wireOctets + out.wireOctets);
}
