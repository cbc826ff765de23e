import type { CounterDelta } from '../../counters/delta.js';
import { INNER_DEVICES } from '../../inner-devices.js';
import type { WireDelta } from '../queue-delta.js';

const OURS: ReadonlySet<string> = new Set(['lo', INNER_DEVICES.ipv4, INNER_DEVICES.ipv6, INNER_DEVICES['host-local']]);

/**
 * Whether the command has made network devices of its own, be they gone again: what they receive is in the IP layer's
 * counters too. A device that was there before and counted nothing (tunl0, sit0) is none of them.
 */
export function hasOwnDevices(wire: WireDelta, { devices }: CounterDelta): boolean {
  const isUsed = Object.entries(devices).some(
    ([device, delta]) =>
      !OURS.has(device) && (delta.kind !== 'present' || Object.values(delta.counters).some((count) => count > 0)),
  );
  return isUsed || (wire['own.devices']?.packets ?? 0) > 0;
}
