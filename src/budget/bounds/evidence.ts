import type { Method } from '../../measurement/method.js';
import type { DnsUse, RemoteUse } from '../../measurement/remotes.js';
import type { Series } from '../../measurement/series.js';
import type { InOut, Layers, Protocol, Traffic } from '../../measurement/traffic.js';

/** Who used the network: what limits need of a measurement's. */
export type ProcessShares =
  | {
      /** sampled: a lower bound. */
      readonly evidence: 'traced' | 'sampled';
      readonly processes: readonly { readonly name: string | null; readonly payload: ProcessPayload }[];
      /** Of those without a row. */
      readonly otherProcesses: { readonly payload: ProcessPayload };
      /** null: nothing says whether events were lost. */
      readonly lostEvents: number | null;
      /** All unplaced payload went outside. */
      readonly unplacedIsExternal?: boolean;
    }
  | { readonly evidence: 'none'; readonly reason: string };

/** `unplaced`: nobody knows where it went. */
export type ProcessPayload = { readonly external: InOut<number>; readonly unplaced: InOut<number> };

/** What a verdict is made from. A limit whose part is absent cannot be judged. */
export type Evidence = {
  readonly external: InOut<Layers>;
  /** How far the wire octets can be off. */
  readonly method: Method;
  /** netmeter ended the command for a breach. */
  readonly ended: boolean;
  /** Others used the namespace too, or can have: the numbers hold theirs. */
  readonly isShared?: boolean;
  readonly traffic?: Traffic;
  readonly protocol?: Protocol;
  readonly remotes?: RemoteUse | undefined;
  readonly dns?: DnsUse | undefined;
  readonly processes?: ProcessShares | undefined;
  /** Ways to a network that no counter sees; those that are to be ignored left out. */
  readonly bypasses?: readonly { readonly what: string }[];
  readonly series?: Series;
};
