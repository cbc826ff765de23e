import type { Traffic } from '../../measurement/traffic.js';
import { type Bounds, exactly, unknown } from './bounds.js';
import type { Evidence } from './evidence.js';

/** What stayed on `lo`: it is sent as often as it is received, and counted once. */
export function loopbackBounds({ traffic, method, isShared = false }: Evidence): Bounds {
  if (traffic && method.name === 'cgroup') return ofTree(traffic.loopback);
  const octets = traffic?.loopback.out.wireOctets ?? null;
  if (octets !== null) return isShared ? { ...exactly(octets), lower: 0 } : exactly(octets);
  // Without a queue only whether anything moved is certain.
  if (traffic?.loopback.out.packets === 0) return exactly(0);
  return unknown('what a wire would have carried of loopback is not counted here');
}

/** Of a tree each side is counted: with peers outside of it both make up what passed, within it they are the same. */
function ofTree({ in: incoming, out }: Traffic['loopback']): Bounds {
  const [received, sent] = [incoming.wireOctets ?? 0, out.wireOctets ?? 0];
  if (received === 0 || sent === 0) return exactly(received + sent);
  const used = Math.max(received, sent);
  return { lower: used, upper: received + sent, used, reason: 'whether its peer is the command’s too is not known' };
}

/** What met this machine's own addresses, both ways. */
export function hostLocalBounds({ traffic }: Evidence): Bounds {
  if (!traffic?.hostLocal) return unknown('traffic with this machine is not distinguished here');
  const { in: incoming, out } = traffic.hostLocal;
  return incoming.wireOctets === null || out.wireOctets === null
    ? unknown('traffic with this machine could not be measured')
    : exactly(incoming.wireOctets + out.wireOctets);
}
