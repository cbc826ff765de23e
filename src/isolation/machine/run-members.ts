import { endMembers } from './end-members.js';
import { hasStrangers, listPids } from './has-strangers.js';
import { MarkedTree } from './marked-tree.js';
import { namespaceMembers } from './namespace-members.js';

/** Whoever may be of a run: who lives in its network namespace, who carries its mark wherever it is, and their descendants. */
export class RunMembers {
  readonly #run: string;
  readonly #namespace: () => string | undefined;
  readonly #own: readonly number[];
  /** Who was there before the run. */
  readonly #others = listPids();

  /**
   * Before the run's command is started.
   * @param run the mark's value. @param namespace its identity; undefined: it has none of its own
   * @param own processes of netmeter's own in it
   */
  constructor(run: string, namespace: () => string | undefined, own: readonly number[] = []) {
    this.#run = run;
    this.#namespace = namespace;
    this.#own = own;
  }

  /** Whether nobody of the run is left. */
  get areGone(): boolean {
    return this.#inside().length === 0 && !hasStrangers(this.#run, this.#others);
  }

  /** Ends them all. */
  async end(): Promise<void> {
    const tree = new MarkedTree(this.#run);
    await endMembers(() => {
      const inside = this.#inside();
      return [...new Set([...inside, ...tree.members(inside)])];
    });
  }

  #inside = (): number[] => namespaceMembers(this.#namespace(), this.#own);
}
