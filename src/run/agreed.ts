import type { Method } from '../measurement/method.js';
import type { Bypass } from '../measurement/remotes.js';
import type { Meter, MeterReading } from './meter.js';

/**
 * The method of a run's last reading, when nothing moves any more: in a namespace of the command's own, with how far the
 * links and the tree's sockets were counted the same.
 */
export async function agreed(meter: Meter, reading: MeterReading, bypasses: readonly Bypass[] | null): Promise<Method> {
  const { sockets, method } = reading;
  if (!meter.sockets || !sockets || method.name !== 'qdisc') return method;
  // Loaded here: while the command starts every millisecond counts, and now none does.
  const { withAgreement } = await import('../traffic/veth/agreement.js');
  const { connections, sentPastIp } = meter.sockets;
  const { unseen, late } = connections;
  const hasLeft = bypasses?.some(({ kind }) => kind === 'left-cgroup') ?? false;
  return withAgreement(reading, { totals: sockets.totals, unseen, late, sentPastIp, hasLeft }, reading).method;
}
