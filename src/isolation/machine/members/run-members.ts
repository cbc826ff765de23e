import { hasStrangers, listPids } from '../has-strangers.js';
import { endMembers } from './end-members.js';
import { MarkedTree } from './marked-tree.js';
import { namespaceMembers } from './namespace-members.js';

/** Whoever may be of a run: who lives in its network namespace, who carries its mark wherever it is, and their descendants. */
export class RunMembers {
  readonly #run: string;
  readonly #namespace: () => string | undefined;
  readonly #own: () => readonly number[];
  /** Who was there before the run. */
  readonly #others = listPids();
  /** Whether the command, or another one, has been inside. */
  #wasThere = false;
  #hasEnded = false;

  /**
   * Before the run's command is started.
   * @param run the mark's value. @param namespace its identity; undefined: it has none of its own
   * @param own processes of netmeter's own in it
   */
  constructor(run: string, namespace: () => string | undefined, own: () => readonly number[] = () => []) {
    this.#run = run;
    this.#namespace = namespace;
    this.#own = own;
  }

  /** Before the command is started inside; one that goes there by itself (nsenter) is there when it is seen. */
  startsInside(): void {
    this.#wasThere = true;
  }

  /** Who lives in the namespace. Once they have gone nobody is left who could come in, but for who carries the mark. */
  inside(): number[] {
    if (this.#hasEnded) return [];
    const inside = this.#listInside();
    this.#wasThere ||= inside.length > 0;
    this.#hasEnded = this.#wasThere && inside.length === 0;
    return inside;
  }

  /** Whether nobody of the run is left. */
  get areGone(): boolean {
    return this.inside().length === 0 && !hasStrangers(this.#run, this.#others);
  }

  /** Ends them all. */
  async end(): Promise<void> {
    const tree = new MarkedTree(this.#run);
    await endMembers(() => {
      const inside = this.#listInside();
      return [...new Set([...inside, ...tree.members(inside)])];
    });
  }

  #listInside = (): number[] => namespaceMembers(this.#namespace(), this.#own());
}
