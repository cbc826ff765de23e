import type { CounterDelta } from '../../counters/delta.js';
import type { Isolation } from '../../measurement/isolation.js';
import type { Method } from '../../measurement/method.js';
import type { BehindWire, Traffic } from '../../measurement/traffic.js';
import type { WireDelta } from '../queue-delta.js';
import { discarded, icmpErrors, notIp, strays } from './behind-links.js';
import { type CountedRemote, multicastByIp, multicastByRemotes } from './multicast.js';

/** Of one run: what was counted, and what moved beside it. */
export type Counted = {
  readonly traffic: Traffic;
  readonly method: Method;
  readonly wire: WireDelta;
  readonly delta: CounterDelta;
  /** Where the tree's sockets were counted. */
  readonly sockets?: { readonly remotes: readonly CountedRemote[] } | undefined;
};

/**
 * What this machine did with the counted packets behind the wire, as far as the kernel says: why another end may see other
 * numbers. Empty where nothing of the kind happened.
 */
export function behindWire({ kind }: Isolation, counted: Counted): readonly BehindWire[] {
  switch (kind) {
    case 'veth':
      return [
        ...multicastByIp(counted),
        ...notIp(counted),
        ...discarded(counted),
        ...strays(counted),
        ...icmpErrors(counted),
      ];
    case 'user-mode':
      return multicastByIp(counted);
    case 'host':
    case 'join':
      // Without programs that of all is in the number, too.
      return counted.method.name === 'cgroup' ? multicastByRemotes(counted.sockets?.remotes ?? []) : [];
    case 'offline':
      return [];
    default:
      return kind satisfies never;
  }
}

/** Traffic with it; the same where there is nothing. */
export function withBehindWire(isolation: Isolation, counted: Counted): Traffic {
  const behind = behindWire(isolation, counted);
  return behind.length === 0 ? counted.traffic : { ...counted.traffic, behindWire: behind };
}
