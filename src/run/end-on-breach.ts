import type { Limits } from '../budget/limits.js';
import type { JudgedBudget } from '../measurement/budget.js';
import type { Sample } from '../measurement/series.js';

export type BreachWatch = {
  readonly limits: Limits;
  /** The exact count's verdict now. */
  readonly judgeNow: () => Promise<JudgedBudget | undefined>;
  readonly endTree: () => Promise<void>;
};

/** Ends the tree at the first sample that shows an exceeded limit. */
export class BreachEnder {
  readonly #watch: BreachWatch;
  #ended = false;

  constructor(watch: BreachWatch) {
    this.#watch = watch;
  }

  /** True once the tree was ended for a breach. */
  get ended(): boolean {
    return this.#ended;
  }

  async look(sample: Sample): Promise<void> {
    const { limits, judgeNow, endTree } = this.#watch;
    const { in: maxIn = Infinity, out: maxOut = Infinity, total = Infinity } = limits;
    if (this.#ended || (sample.in <= maxIn && sample.out <= maxOut && sample.in + sample.out <= total)) return;
    // A sample may be slightly high; the exact count decides.
    if ((await judgeNow())?.verdict !== 'exceeded') return;
    this.#ended = true;
    await endTree();
  }
}
