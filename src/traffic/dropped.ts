import type { CounterDelta } from '../counters/delta.js';
import type { Isolation } from '../measurement/isolation.js';
import type { Count } from './count.js';
import type { WireDelta } from './queue-delta.js';
import { countersNamed } from './shared/device-counters.js';

/**
 * Packets, shared with others, that devices to the outside have dropped on their way: at their queues, and behind these. Those of a
 * namespace of netmeter's own are the host's, of which both have been read together.
 */
export function droppedOnTheWay(isolation: Isolation, wire: WireDelta, delta: CounterDelta): Pick<Count, 'dropped'> {
  const devices = 'devices' in isolation ? isolation.devices : [];
  const behind = devices.reduce((sum, device) => sum + (countersNamed(device, delta)['txDrop'] ?? 0), 0);
  const dropped = (wire['uplink.dropped']?.packets ?? 0) + behind;
  return dropped > 0 ? { dropped } : {};
}
