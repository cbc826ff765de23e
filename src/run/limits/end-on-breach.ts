import type { Limits } from '../../budget/limits.js';
import type { JudgedBudget } from '../../measurement/budget.js';
import type { Sample } from '../../measurement/series.js';

export type BreachWatch = {
  readonly limits: Limits;
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
  #ending: Promise<unknown> = Promise.resolve();

  constructor(watch: BreachWatch) {
    this.#watch = watch;
  }

  /** True once the tree was ended for a breach. */
  get ended(): boolean {
    return this.#ended;
  }

  /** When nothing of the tree's is left. */
  async finish(): Promise<void> {
    await this.#ending;
  }

  async look(sample: Sample): Promise<void> {
    const { limits, judgeNow, refuse, endTree } = this.#watch;
    const { in: maxIn = Infinity, out: maxOut = Infinity, total = Infinity } = limits;
    if (this.#ended || (sample.in <= maxIn && sample.out <= maxOut && sample.in + sample.out <= total)) return;
    // A sample may be slightly high; the exact count decides.
    if ((await judgeNow())?.verdict !== 'exceeded') return;
    this.#ended = true;
    // Not waited for here: samples are taken until the last process has gone.
    this.#ending = Promise.allSettled([endTree(), refuse()]);
  }
}
