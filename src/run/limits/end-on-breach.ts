import type { Limits } from '../../budget/limits.js';
import type { JudgedBudget, JudgedLimit } from '../../measurement/budget.js';
import type { Sample } from '../../measurement/series.js';
import type { InOut } from '../../measurement/traffic.js';
import { leftOf } from './left-of.js';

export type BreachWatch = {
  readonly limits: Limits;
  /** External octets that have moved for certain; undefined: that takes the exact count. */
  readonly atLeast: () => InOut<number> | undefined;
  /** The exact count's verdict now. */
  readonly judgeNow: () => Promise<JudgedBudget | undefined>;
  /** Refuses all that follows, where the kernel can. */
  readonly refuse: () => Promise<void>;
  readonly endTree: () => Promise<void>;
};

/**
 * Ends the tree at the first sample that shows an exceeded limit. Who does not end at once uses no more meanwhile, where
 * the kernel can refuse it.
 */
export class BreachEnder {
  readonly #watch: BreachWatch;
  #ended = false;
  #breached: readonly JudgedLimit[] = [];
  #ending: Promise<unknown> = Promise.resolve();

  constructor(watch: BreachWatch) {
    this.#watch = watch;
  }

  /** True once the tree was ended for a breach. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Limits that were exceeded for certain when the tree was ended: octets only grow, however far off their count is later. */
  get breached(): readonly JudgedLimit[] {
    return this.#breached;
  }

  /** When nothing of the tree's is left. */
  async finish(): Promise<void> {
    await this.#ending;
  }

  async look(sample: Sample): Promise<void> {
    const { atLeast, judgeNow, refuse, endTree } = this.#watch;
    if (this.#ended || !this.#isOver(sample)) return;
    // A sample may be slightly high. Where packets pass meanwhile, counters that are read one after the other contradict each
    // other: what is certain of one decides before the exact count does.
    const least = atLeast();
    if (!(least && this.#isOver(least))) {
      const judged = await judgeNow();
      if (judged?.verdict !== 'exceeded') return;
      this.#breached = judged.limits.filter(({ verdict }) => verdict === 'exceeded');
    }
    this.#ended = true;
    // Not waited for here: samples are taken until the last process has gone.
    this.#ending = Promise.allSettled([refuse(), endTree()]);
  }

  #isOver(octets: InOut<number>): boolean {
    return leftOf(this.#watch.limits, octets) < 0;
  }
}
