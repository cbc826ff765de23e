/** Disjoint sets of keys (union-find): joined once, they stay together. */
export class DisjointSets {
  readonly #leads = new Map<string, string>();

  join(keys: readonly string[]): void {
    const [first = '', ...others] = keys.map((key) => this.of(key));
    for (const root of others) if (root !== first) this.#leads.set(root, first);
  }

  /** The key that stands for the set of `key`. */
  of(key: string): string {
    let root = key;
    for (let next = this.#leads.get(root); next !== undefined; next = this.#leads.get(root)) root = next;
    if (key !== root) this.#leads.set(key, root);
    return root;
  }
}
