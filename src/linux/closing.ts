/** Disposes of all that was added, the last first. */
export class Closing implements Disposable {
  readonly #all: Disposable[] = [];

  add<T extends Disposable | undefined>(one: T): T {
    if (one) this.#all.push(one);
    return one;
  }

  [Symbol.dispose](): void {
    for (const one of this.#all.splice(0).reverse()) one[Symbol.dispose]();
  }
}
