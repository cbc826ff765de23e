import { NetmeterError } from '../../errors.js';
import type { InOut } from '../../measurement/traffic.js';
import {
  type KernelLimits,
  LAST_LIMIT_CHAIN,
  LIMITS_AT_HOST_ENDS,
  LIMITS_INSIDE,
  limitRules,
  quota,
  refusal,
} from '../limits/limit-rules.js';
import type { LimitKeeper } from '../scope.js';
import type { Tools } from '../tools/find-tools.js';
import { InnerTable } from './inner-table.js';
import type { Namespace } from './namespace.js';
import type { NatTable } from './nat-table.js';
import type { LinkPlan } from './subnet.js';

type Places = { readonly limits: KernelLimits; readonly nat: NatTable; readonly inner: InnerTable };

type Opening = {
  readonly limits: KernelLimits;
  readonly nat: NatTable;
  readonly namespace: Namespace;
  readonly tools: Pick<Tools, 'sh' | 'nsenter' | 'nft'>;
  /** The links that lead out. */
  readonly plans: readonly LinkPlan[];
};

/**
 * Limits that the kernel keeps by itself, to the packet: what comes in is counted inside, what goes out at the host's
 * ends, each behind the queue whose count the verdict uses, and each packet alone, because the queues cut super-packets.
 * A packet that is over is thus over for the verdict too, and none below the limit is ever refused.
 */
export class KeptLimits implements LimitKeeper, Disposable {
  readonly #places: Places;

  private constructor(places: Places) {
    this.#places = places;
  }

  /** @throws {NetmeterError} SETUP_FAILED */
  static async open({ limits, nat, namespace, tools, plans }: Opening): Promise<KeptLimits> {
    const inner = new InnerTable(tools.sh, [tools.nsenter, '--target', `${namespace.pid}`, '--net', '--', tools.nft]);
    if (inner.pid !== undefined) namespace.exempt(inner.pid);
    const hostDevices = plans.map(({ host }) => host.device);
    const innerDevices = plans.map((plan) => plan.inner.device);
    const added = await Promise.all([
      nat.addChain(LAST_LIMIT_CHAIN, limitRules(nat.table, hostDevices, LIMITS_AT_HOST_ENDS, limits)),
      inner.addChain(LAST_LIMIT_CHAIN, limitRules(inner.table, innerDevices, LIMITS_INSIDE, limits)),
    ]);
    if (!added.every(Boolean)) {
      inner[Symbol.dispose]();
      throw new NetmeterError('SETUP_FAILED', "--enforce: this kernel or its nft refuses the limits' rules", {
        cure: 'It needs Linux 5.9 with nft_quota and nft_reject; --kill ends the command without them.',
      });
    }
    return new KeptLimits({ limits, nat, inner });
  }

  tighten(used: InOut<number>): void {
    const { nat, inner, limits } = this.#places;
    if (limits.total === undefined) return;
    // Neither place sees both directions: each takes off what the other had passed at least.
    nat.order(quota(nat.table, 'total', limits.total - used.in));
    inner.order(quota(inner.table, 'total', limits.total - used.out));
  }

  refuse(): void {
    const { nat, inner } = this.#places;
    nat.order(refusal(nat.table));
    inner.order(refusal(inner.table));
  }

  [Symbol.dispose](): void {
    this.#places.inner[Symbol.dispose]();
  }
}
