import { isErrno } from '../../linux/linux-error.js';
import type { MeterMaps } from './program-maps.js';

/** What a program learns of a packet, by the functions that the kernel has for it. */
export type KnownOfPackets = Pick<MeterMaps, 'network' | 'clock'>;

/** From the newest kernel to the oldest: a packet names its namespace since Linux 6.15, and the coarse clock is there since 5.11. */
export function knownOfPackets(network: bigint | undefined): KnownOfPackets[] {
  const withoutNamespace = (['ktime_get_coarse_ns', 'ktime_get_ns'] as const).map((clock) => ({ clock }));
  return network === undefined ? withoutNamespace : [{ network, clock: 'ktime_get_coarse_ns' }, ...withoutNamespace];
}

/**
 * The first one with which `attempt` goes well.
 * @throws what it throws, unless it is that the kernel lacks a function (EINVAL) and there is another to try
 */
export function firstAccepted<T>(choices: readonly T[], attempt: (choice: T) => void): T {
  for (const choice of choices.slice(0, -1)) {
    try {
      attempt(choice);
      return choice;
    } catch (error) {
      if (!isErrno(error, 'EINVAL')) throw error;
    }
  }
  const last = choices.at(-1) as T;
  attempt(last);
  return last;
}
