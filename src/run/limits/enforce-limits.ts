import { setTimeout as pause } from 'node:timers/promises';
import type { Boundary } from '../../boundary.js';
import type { KernelLimits } from '../../isolation/limits/limit-rules.js';
import type { LimitKeeper } from '../../isolation/scope.js';
import type { JudgedBudget } from '../../measurement/budget.js';
import type { InOut } from '../../measurement/traffic.js';
import { leftOf } from './left-of.js';

export type Enforcement = {
  readonly limits: KernelLimits;
  readonly keeper: LimitKeeper;
  /** External octets so far; undefined: they cannot be determined now. */
  readonly octets: () => InOut<number> | undefined;
  /** The exact count's verdict now. */
  readonly judgeNow: () => Promise<JudgedBudget | undefined>;
  /** Waits until the refused tree has ended with its own error, or will not. */
  readonly awaitOwnEnd: () => Promise<void>;
  readonly endTree: () => Promise<void>;
  /** Where the exception of a look ends. */
  readonly boundary: Boundary;
};

/** The kernel keeps in and out by itself, and a look is for the breach alone; of the total it sees only halves. */
const SHORTEST_MS = 10;
const SHORTEST_FOR_TOTAL_MS = 2;
const LONGEST_MS = 100;

/** 10 Gbit/s, more than a namespace carries while GSO packets are segmented. */
const FASTEST_PER_MS = 1_250_000;

/**
 * Looks at the exact count while the kernel keeps the limits: gives the kernel what it cannot see, hears of the breach,
 * and ends the tree for it.
 */
export class LimitEnforcer {
  readonly #enforcement: Enforcement;
  readonly #over = new AbortController();
  /** What the keeper knows. */
  #shown: InOut<number> = { in: 0, out: 0 };
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
    const { signal } = this.#over;
    const shortest = this.#enforcement.limits.total === undefined ? SHORTEST_MS : SHORTEST_FOR_TOTAL_MS;
    while (!signal.aborted && !this.#breached) {
      // A look that fails is left out: the kernel keeps the limits without it.
      const left = (await this.#enforcement.boundary.attempt('limits', () => this.#look(), undefined)) ?? 0;
      await pause(lookAgainMs(left, shortest), undefined, { signal }).catch(() => {});
    }
  }

  stop(): void {
    this.#over.abort();
  }

  /** @returns octets up to the nearest limit */
  async #look(): Promise<number | undefined> {
    const { limits, keeper, octets, awaitOwnEnd, endTree } = this.#enforcement;
    const used = octets();
    const left = used && leftOf(limits, used);
    if (await this.#isOver(left)) {
      this.#breached = true;
      keeper.refuse();
      await awaitOwnEnd();
      await endTree();
    } else if (used) this.#tighten(used);
    return left;
  }

  /** The kernel knows of the packet that it refused; of the total it hears in halves, and the exact count decides. */
  async #isOver(left: number | undefined): Promise<boolean> {
    const { keeper, judgeNow } = this.#enforcement;
    if (keeper.passed().length > 0) return true;
    return left !== undefined && left < 0 && (await judgeNow())?.verdict === 'exceeded';
  }

  #tighten(used: InOut<number>): void {
    if (used.in === this.#shown.in && used.out === this.#shown.out) return;
    this.#shown = used;
    this.#enforcement.keeper.tighten(used);
  }
}

/** Half the time in which the rest could be used up. */
export const lookAgainMs = (left: number, shortest: number) =>
  Math.min(LONGEST_MS, Math.max(shortest, left / FASTEST_PER_MS / 2));
