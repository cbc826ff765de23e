import { type FamilyReading, NO_PACKETS, sumReadings } from '../../limits/blocked-counters.js';
import type { QueueReading, WireReading } from '../../scope.js';

/** What the kernel refused, by where. */
export type Blocked = {
  /** Of the command's own, behind the queue that counts: it has not left. */
  readonly refused: FamilyReading;
  /** The answers to that, which the queue has counted as well: they did not come from outside. */
  readonly answered: FamilyReading;
  /** Of the command's own, before the queue. */
  readonly unsent: FamilyReading;
  /** For the command, before the queue. */
  readonly kept: FamilyReading;
};

/** As readings: `refused` has been counted at the links by queues, `blocked` has not. */
export function blockedReading(all: readonly Blocked[]): WireReading {
  const sum = (which: keyof Blocked) => sumReadings([NO_PACKETS, ...all.map((each) => each[which])]);
  const [refused, answered] = [sum('refused'), sum('answered')];
  return {
    'refused4.out': refused.ipv4,
    'refused6.out': refused.ipv6,
    'refused4.in': answered.ipv4,
    'refused6.in': answered.ipv6,
    'blocked.out': both(sum('unsent')),
    'blocked.in': both(sum('kept')),
  };
}

const both = ({ ipv4, ipv6 }: FamilyReading): QueueReading => ({
  bytes: ipv4.bytes + ipv6.bytes,
  packets: ipv4.packets + ipv6.packets,
});
