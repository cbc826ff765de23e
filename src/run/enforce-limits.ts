import { setTimeout as pause } from 'node:timers/promises';
import type { KernelLimits } from '../isolation/limit-rules.js';
import type { LimitKeeper } from '../isolation/scope.js';
import type { InOut, JudgedBudget } from '../measurement.js';

export type Enforcement = {
  readonly limits: KernelLimits;
  readonly keeper: LimitKeeper;
  /** External octets so far; undefined: they cannot be told now. */
  readonly octets: () => Promise<InOut<number> | undefined>;
  /** The exact count's verdict now. */
  readonly judgeNow: () => Promise<JudgedBudget | undefined>;
  readonly endTree: () => Promise<void>;
};

/** So long a refused command has to tell its own error before it is ended. */
const OWN_ERROR_MS = 50;

const SHORTEST_MS = 10;
const LONGEST_MS = 100;

/**
 * Looks at the exact count while the kernel keeps the limits: tells the kernel what it cannot see, hears of the breach,
 * and ends the tree for it.
 */
export class LimitEnforcer {
  readonly #enforcement: Enforcement;
  readonly #over = new AbortController();
  #breached = false;

  constructor(enforcement: Enforcement) {
    this.#enforcement = enforcement;
  }

  /** True once a limit was seen exceeded. */
  get breached(): boolean {
    return this.#breached;
  }

  /** Looks until a limit is exceeded or {@link stop}. */
  async watch(): Promise<void> {
    let left = Number.POSITIVE_INFINITY;
    for (let wait = SHORTEST_MS; !this.#over.signal.aborted && !this.#breached; ) {
      const before = { left, at: performance.now() };
      left = (await this.#look()) ?? left;
      wait = lookAgainMs(before.left - left, left, wait);
      await pause(wait, undefined, { signal: this.#over.signal }).catch(() => {});
    }
  }

  stop(): void {
    this.#over.abort();
  }

  /** @returns octets up to the nearest limit */
  async #look(): Promise<number | undefined> {
    const { limits, keeper, octets, judgeNow, endTree } = this.#enforcement;
    const used = await octets();
    if (!used) return undefined;
    const left = leftOf(limits, used);
    if (left >= 0) keeper.tighten(used);
    else if ((await judgeNow())?.verdict === 'exceeded') {
      this.#breached = true;
      keeper.refuse();
      await pause(OWN_ERROR_MS);
      await endTree();
    }
    return left;
  }
}

/** Octets up to the nearest limit; negative: beyond it. */
export function leftOf({ in: most = Infinity, out = Infinity, total = Infinity }: KernelLimits, used: InOut<number>) {
  return Math.min(most - used.in, out - used.out, total - used.in - used.out);
}

/** Half the time that is left at the present speed, so that each look finds less to be wrong about. */
export function lookAgainMs(grown: number, left: number, inMs: number): number {
  const soon = grown > 0 ? (left / grown) * inMs * 0.5 : LONGEST_MS;
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, soon));
}
