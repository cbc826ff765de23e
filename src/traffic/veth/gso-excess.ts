import type { CounterDelta } from '../../counters/delta.js';
import { loopbackCount, pastLoopback } from '../loopback.js';
import type { WireDelta } from '../queue-delta.js';
import type { FamilyCount, LinkCount } from './link-count.js';

/**
 * The hidden segments of GSO packets that did not come through the uplink: loopback's, which are rare, and those of this machine's own
 * addresses. The IP layer counts their segments with all others, and the queues there show how many.
 * @returns undefined where a queue has not seen all of it
 */
export function knownHidden({ queues, link }: LinkCount, wire: WireDelta, delta: CounterDelta): number | undefined {
  const [loopback, local] = [loopbackCount(wire, delta), queues.in];
  if (!loopback.queue || pastLoopback(loopback) > 0 || !local) return undefined;
  const hidden = loopback.queue.packets - (loopback.link.packets ?? 0);
  return Math.max(0, hidden) + Math.max(0, local.packets - (link.in.packets ?? 0));
}

/**
 * Of a family whose uplink hands over GSO packets (virtio, LRO): the wire packets that came in. unknown: nothing says
 * them from those that stayed here.
 */
export type GsoExcess = { readonly packetsIn: number } | 'unknown' | undefined;

/**
 * Where an uplink hands over GSO packets the queue counts each as one, though all its segments' bytes. The IP layer
 * counts segments; what it saw beyond the queues' packets and the known GSO packets came that way. The sum over the
 * families is exact; how the known ones divide between them is not known, so the first one takes them.
 */
export function gsoExcess(counts: readonly FamilyCount[], known: number | undefined): readonly GsoExcess[] {
  const byIp = counts.map(({ link, hidden }) =>
    link.in.packets === undefined || hidden === undefined ? undefined : link.in.packets + hidden,
  );
  const beyond = counts.map(({ queues }, index) => (byIp[index] ?? 0) - (queues.in?.packets ?? Infinity));
  const total = beyond.reduce((sum, count) => sum + Math.max(0, count), 0);
  if (total <= (known ?? 0)) return counts.map(() => undefined);
  if (known === undefined) return beyond.map((count) => (count > 0 ? 'unknown' : undefined));
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
