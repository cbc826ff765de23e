/** netmeter's own processes inside a namespace. */
export class Exempted {
  readonly #pids: Set<number>;

  constructor(pids: readonly number[]) {
    this.#pids = new Set(pids);
  }

  get pids(): readonly number[] {
    return [...this.#pids];
  }

  /** Until it is disposed of: its number may be another's later. */
  add(pid: number): Disposable {
    this.#pids.add(pid);
    return { [Symbol.dispose]: () => void this.#pids.delete(pid) };
  }
}
