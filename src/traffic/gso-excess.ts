import type { CounterDelta } from '../counters/delta.js';
import { countersOf, type FamilyCount, type LinkCount } from './link-count.js';
import type { WireDelta } from './queue-delta.js';

/**
 * Super-packets that did not come through the uplink: loopback's, which are rare, and those of this machine's own
 * addresses. The IP layer counts their segments with everybody else's, and the queues there tell how many.
 */
export function knownHidden({ queues, link }: LinkCount, wire: WireDelta, delta: CounterDelta): number {
  const lo = (wire['lo.out']?.packets ?? 0) - (countersOf('lo', delta)['rxPackets'] ?? 0);
  const local = (queues.in?.packets ?? 0) - (link.in.packets ?? 0);
  return Math.max(0, lo) + Math.max(0, local);
}

/** Of a family whose uplink hands over GSO packets (virtio, LRO): the wire packets that came in. */
export type GsoExcess = { readonly packetsIn: number } | undefined;

/**
 * Where an uplink hands over GSO packets the queue counts each as one, though all its segments' bytes. The IP layer
 * counts segments; what it saw beyond the queues' packets and the known super-packets came that way. The sum over the
 * families is exact; how the known ones divide between them is not told, so the first one takes them.
 */
export function gsoExcess(counts: readonly FamilyCount[], known: number): readonly GsoExcess[] {
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
