import type { Balance } from '../measurement/processes.js';
import type { InOut } from '../measurement/traffic.js';

/**
 * What no process explains, and what processes handed over that the wire never carried, which is below 0 in a report: it was still
 * to be sent when its connection was reset, or when the count ended.
 */
export function restOfBalance(balance: InOut<Balance>): {
  readonly unattributed: InOut<number | null>;
  readonly notCarried: InOut<number>;
} {
  const { in: incoming, out } = balance;
  const above = (octets: number | null) => (octets === null ? null : Math.max(0, octets));
  const below = (octets: number | null) => Math.max(0, -(octets ?? 0));
  return {
    unattributed: { in: above(incoming.unattributedOctets), out: above(out.unattributedOctets) },
    notCarried: { in: below(incoming.unattributedOctets), out: below(out.unattributedOctets) },
  };
}
