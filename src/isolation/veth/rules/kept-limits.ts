import { NetmeterError } from '../../../errors.js';
import { LinuxError } from '../../../linux/linux-error.js';
import type { Nftables } from '../../../linux/netlink/netfilter/nftables.js';
import { OwnTable } from '../../../linux/netlink/netfilter/own-table.js';
import { TableCommands } from '../../../linux/netlink/netfilter/table-commands.js';
import type { InOut } from '../../../measurement/traffic.js';
import type { BlockedCounters } from '../../limits/blocked-counters.js';
import {
  type KeptKind,
  type KernelLimits,
  LIMITS_AT_HOST_ENDS,
  LIMITS_INSIDE,
  limitRules,
  passedLimits,
  quota,
  refusal,
} from '../../limits/limit-rules.js';
import { ANSWERED, HUSHED, REFUSED } from '../../limits/reject-rules.js';
import type { LimitKeeper } from '../../scope.js';
import type { LinkPlan } from '../links/subnet.js';
import type { Blocked } from './blocked.js';
import type { NatTable } from './nat-table.js';

/** In the command's namespace; the command cannot change it, were it root. */
const INNER_TABLE = { family: 'inet', table: 'netmeter_limits' } as const;

type Places = { readonly limits: KernelLimits; readonly nat: NatTable; readonly inner: OwnTable };

type Opening = {
  readonly limits: KernelLimits;
  readonly nat: NatTable;
  /** Of the command's namespace. */
  readonly inside: Nftables | undefined;
  /** The links that lead out. */
  readonly plans: readonly LinkPlan[];
};

/**
 * Limits that the kernel keeps by itself, to the packet: what comes in is counted inside, what goes out at the host's
 * ends, each behind the queue whose count the verdict uses, and each packet alone, because the queues segment GSO packets.
 * A packet that is over is thus over for the verdict too, and none below the limit is ever refused.
 */
export class KeptLimits implements LimitKeeper, Disposable {
  readonly #places: Places;

  private constructor(places: Places) {
    this.#places = places;
  }

  /** @throws {NetmeterError} SETUP_FAILED */
  static open({ limits, nat, inside, plans }: Opening): KeptLimits {
    if (!inside) throw new NetmeterError('SETUP_FAILED', '--enforce: the namespace has no nftables');
    const hostDevices = plans.map(({ host }) => host.device);
    const innerDevices = plans.map((plan) => plan.inner.device);
    try {
      nat.commit(limitRules(nat.name, hostDevices, LIMITS_AT_HOST_ENDS, limits));
      const rules = limitRules(INNER_TABLE, innerDevices, LIMITS_INSIDE, limits);
      return new KeptLimits({ limits, nat, inner: OwnTable.create(inside, INNER_TABLE, rules) });
    } catch (error) {
      throw error instanceof LinuxError ? refused(error) : error;
    }
  }

  passed(): KeptKind[] {
    const { nat, inner } = this.#places;
    const objects = [nat.nftables.objects(nat.name), inner.nftables.objects(INNER_TABLE)];
    return [...new Set(objects.flatMap(passedLimits))];
  }

  /** What the rules have refused so far. */
  blocked(): Blocked {
    const { nat, inner } = this.#places;
    const atHost = (counters: BlockedCounters) => counters.read(nat.nftables, nat.name);
    return {
      refused: atHost(REFUSED),
      answered: atHost(ANSWERED),
      unsent: REFUSED.read(inner.nftables, INNER_TABLE),
      kept: atHost(HUSHED),
    };
  }

  tighten(used: InOut<number>): void {
    const { nat, inner, limits } = this.#places;
    if (limits.total === undefined) return;
    // Neither place sees both directions: each takes off what the other had passed at least.
    nat.commit([quota(new TableCommands(nat.name), 'total', limits.total - used.in)]);
    inner.commit([quota(new TableCommands(INNER_TABLE), 'total', limits.total - used.out)]);
  }

  refuse(): void {
    const { nat, inner } = this.#places;
    for (const [place, table] of [
      [nat, nat.name],
      [inner, INNER_TABLE],
    ] as const) {
      try {
        place.commit([refusal(new TableCommands(table))]);
      } catch (error) {
        // The other place refuses too, and the command is ended in any case.
        if (!(error instanceof LinuxError)) throw error;
      }
    }
  }

  [Symbol.dispose](): void {
    this.#places.inner[Symbol.dispose]();
  }
}

const refused = (error: LinuxError) =>
  new NetmeterError('SETUP_FAILED', `--enforce: this kernel refuses the limits' rules: ${error.message}`, {
    cure: 'It needs Linux 5.9 with nft_quota and nft_reject; --kill ends the command without them.',
    cause: error,
  });
