import type { CgroupMeter } from '../../observe/meter/cgroup-meter.js';

/** A command that is over by then is not worth the time; and no connection is likely to be. */
const AFTER_MS = 5;

/** Has the packets of connections that are no socket any more counted, a little after the command's start. */
export class OrphanWatch implements Disposable {
  readonly #meter: CgroupMeter | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param meter undefined: the namespace's own links count everything */
  constructor(meter: CgroupMeter | undefined) {
    this.#meter = meter;
    if (meter) this.#timer = setTimeout(() => this.#watch(), AFTER_MS).unref();
  }

  /** What is still in flight of a command that was so short is counted, too. */
  atCommandEnd(): void {
    if (this.#timer && this.#meter && this.#meter.opened > 0) this.#watch();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #watch(): void {
    this[Symbol.dispose]();
    this.#meter?.watchOrphans();
  }
}
