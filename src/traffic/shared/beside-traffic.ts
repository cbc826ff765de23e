import type { CounterDelta } from '../../counters/delta.js';
import type { InOut } from '../../measurement/traffic.js';
import type { Count } from '../count.js';
import { addKnown } from '../layers.js';
import { deviceOctets } from './device-counters.js';

/** A device that is not counted; of a bridge that a counted one is a port of, the other ports. */
export type Beside = { readonly name: string; readonly ports?: readonly string[] };

type Counted = Omit<Count, 'traffic'>;

/** Of TCP over IPv6, with timestamps, beside the least that a packet must be allowed to have: what GSO packets hide at most. */
export const HIDDEN_HEADERS = 72 / (1280 - 72);

/**
 * Widens the bound by what went by devices that are not counted, and names them: it may have been the command's.
 * null: a device is gone, and with it what it had counted.
 */
export function withBeside<C extends Counted>(count: C, devices: readonly Beside[], delta: CounterDelta): C {
  const beside = devices.flatMap((device) => {
    const moved = { in: octetsOf(device, 'in', delta), out: octetsOf(device, 'out', delta) };
    return moved.in === 0 && moved.out === 0 ? [] : [{ device: device.name, ...moved }];
  });
  if (beside.length === 0) return count;
  const { errorBound } = count.method;
  const bound = (way: keyof InOut<number>) => {
    const octets = addKnown(beside.map((each) => each[way]));
    return addKnown([errorBound[way], octets === null ? null : Math.ceil(octets * (1 + HIDDEN_HEADERS))]);
  };
  return { ...count, beside, method: { ...count.method, errorBound: { in: bound('in'), out: bound('out') } } };
}

function octetsOf({ name, ports }: Beside, way: 'in' | 'out', delta: CounterDelta): number | null {
  const own = deviceOctets([name], way, delta);
  const others = ports === undefined ? own : deviceOctets(ports, way, delta);
  return own === null ? null : Math.max(0, Math.min(own, others ?? own));
}
