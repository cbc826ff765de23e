/**
 * Calls `work` some time later, once, unless it is disposed of before. What has happened meanwhile is heard of first: where this
 * process was busy its timers are due before it hears of the end of a command that is long over.
 */
export class Later implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #turn: NodeJS.Immediate | undefined;

  constructor(ms: number, work: () => void) {
    this.#timer = setTimeout(() => {
      this.#turn = setImmediate(work);
    }, ms);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
  }
}
