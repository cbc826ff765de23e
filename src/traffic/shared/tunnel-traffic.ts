import type { CounterDelta } from '../../counters/delta.js';
import type { Method } from '../../measurement/method.js';
import type { InOut } from '../../measurement/traffic.js';
import type { Count, Tunnels } from '../count.js';
import { addKnown } from '../layers.js';
import { HIDDEN_HEADERS } from './beside-traffic.js';
import { REASONS } from './tree-reasons.js';

/**
 * Widens the bound by what devices have carried that this machine may have forwarded: no socket has sent it. Where the kernel
 * has forwarded nothing meanwhile, what came in by a device that is no port of a bridge was for this machine's own sockets.
 */
export function withTunnels<C extends Omit<Count, 'traffic'>>(
  count: C,
  { devices, isComplete }: Tunnels,
  delta: CounterDelta,
): C & Pick<Count, 'tunnels'> {
  const isRouted = hasForwarded(delta);
  const tunnels = { devices: devices.filter(({ isBridged }) => isBridged || isRouted), isComplete };
  if (isComplete && tunnels.devices.length === 0) return count;
  const { errorBound, reasons = [] } = count.method;
  const bound = (way: keyof InOut<number>) => {
    const octets = isComplete ? addKnown(tunnels.devices.map((each) => each[way])) : null;
    return addKnown([errorBound[way], octets === null ? null : Math.ceil(octets * (1 + HIDDEN_HEADERS))]);
  };
  const method: Method = {
    ...count.method,
    errorBound: { in: bound('in'), out: bound('out') },
    reasons: [...reasons, REASONS[isComplete ? 'tunnels' : 'unheard-tunnels']],
  };
  return { ...count, tunnels, method };
}

/** A packet, whoever has sent it. */
function hasForwarded({ snmp, snmp6 }: CounterDelta): boolean {
  const packets = [snmp['Ip']?.['ForwDatagrams'], snmp6 ? snmp6['Ip6OutForwDatagrams'] : 0];
  return packets.some((number) => number !== 0);
}
