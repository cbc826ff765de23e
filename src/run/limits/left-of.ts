import type { KernelLimits } from '../../isolation/limits/limit-rules.js';
import type { InOut } from '../../measurement/traffic.js';

/** Octets up to the nearest limit; negative: beyond it. */
export function leftOf({ in: most = Infinity, out = Infinity, total = Infinity }: KernelLimits, used: InOut<number>) {
  return Math.min(most - used.in, out - used.out, total - used.in - used.out);
}
