import type { Boundary } from '../../boundary.js';
import type { Sample } from '../../measurement/series.js';
import type { InOut } from '../../measurement/traffic.js';
import { addSample, noSamples, type Samples } from '../../series/series.js';
import { type IpOctets, type Milliseconds, milliseconds } from '../../units.js';

export type Watched = {
  /** External octets since the command's start; undefined: they cannot be determined now. */
  readonly octets: () => Promise<InOut<IpOctets> | undefined>;
  readonly interval: Milliseconds;
  readonly onSample: (sample: Sample) => Promise<void>;
  /** performance.now() at the command's start; now by default. */
  readonly startedAt?: number;
  /** Where the exception of a sample ends. */
  readonly boundary: Boundary;
};

/** Samples the traffic while the command runs. */
export class TrafficWatch implements Disposable {
  readonly #octets: Watched['octets'];
  readonly #started: number;
  readonly #timer: NodeJS.Timeout;
  readonly #onSample: (sample: Sample) => Promise<void>;
  readonly #boundary: Boundary;
  #samples: Samples;
  #busy = false;

  constructor({ octets, interval, onSample, startedAt = performance.now(), boundary }: Watched) {
    this.#boundary = boundary;
    this.#octets = octets;
    this.#started = startedAt;
    this.#onSample = onSample;
    this.#samples = noSamples(interval);
    // A sample that fails is left out; the run's numbers are those of its end.
    this.#timer = setInterval(
      boundary.guard('traffic', () => this.#take()),
      interval,
    );
  }

  get samples(): Samples {
    return this.#samples;
  }

  /** The last look, when nothing moves any more: what the samples have come to. */
  async finish(): Promise<InOut<IpOctets> | undefined> {
    clearInterval(this.#timer);
    return this.#boundary.attempt('traffic', () => this.#octets(), undefined);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #take(): Promise<void> {
    // A sample that is late, because the machine is busy, must not make the next one late too.
    if (this.#busy) return;
    this.#busy = true;
    try {
      const atMs = milliseconds(Math.round(performance.now() - this.#started));
      const octets = await this.#octets();
      if (!octets) return;
      const sample = { atMs, ...octets };
      this.#samples = addSample(this.#samples, sample);
      await this.#onSample(sample);
    } finally {
      this.#busy = false;
    }
  }
}
