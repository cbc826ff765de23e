/** So many addresses that pass one question on are distinguished: netmeters within each other are few. */
const MOST_PASSING = 16;
/** Who passes a question on does so at once: later, its asker has mostly given up. */
const MOST_MS = 5000;

type First = {
  readonly address: string;
  /** When it was asked from there last. */
  atMs: number;
  /** How often it was asked from there, and how many of these have no answer yet. */
  asked: number;
  waiting: number;
  /** From what other addresses it was passed on, and how often. */
  readonly passed: Map<string, number>;
};

/**
 * Finds questions that are passed on as they are: a relay, that of a netmeter which the command has started say, asks the same
 * server over the same protocol in the same words and with the same identifier, from an address of its own, while who asked it
 * still waits. Who asks of his own accord has an identifier of his own, and who asks again has the same address.
 */
export class PassedOn {
  /** Who asked first, by all that is passed on. */
  readonly #firsts = new Map<string, First>();

  /** Takes a question. @returns whether it is another's, passed on; each is once from each address */
  takes(question: string, { address, atMs }: Pick<First, 'address' | 'atMs'>): boolean {
    const first = this.#firsts.get(question);
    if (!first || atMs - first.atMs > MOST_MS) {
      this.#firsts.set(question, { address, atMs, asked: 1, waiting: 1, passed: new Map() });
      return false;
    }
    if (first.address === address) {
      first.atMs = atMs;
      first.asked += 1;
      first.waiting += 1;
      return false;
    }
    const times = first.passed.get(address) ?? 0;
    if (times >= first.asked || (times === 0 && first.passed.size >= MOST_PASSING)) return false;
    first.passed.set(address, times + 1);
    return true;
  }

  /** One that was asked from an address waits no more. */
  settle(question: string, address: string): void {
    const first = this.#firsts.get(question);
    if (first?.address !== address) return;
    first.waiting -= 1;
    if (first.waiting === 0) this.#firsts.delete(question);
  }
}
