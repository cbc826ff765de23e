const STOPPING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Turns the first signal to stop into an abort; a second one ends the process at once, as if nobody had listened. */
export class StopSignals implements Disposable {
  readonly #stop = new AbortController();
  readonly #listener = (): void => {
    this.#stop.abort();
    this[Symbol.dispose]();
  };

  constructor() {
    for (const signal of STOPPING) process.on(signal, this.#listener);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Stops as a signal would. */
  stop(): void {
    this.#stop.abort();
  }

  [Symbol.dispose](): void {
    for (const signal of STOPPING) process.off(signal, this.#listener);
  }
}
