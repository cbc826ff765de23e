import { parseDev } from '../counters/dev.js';
import type { HeldCounterFiles } from '../counters/take-held-files.js';
import { takeDeviceSample } from '../counters/take-snapshot.js';
import type { Scope } from '../isolation/scope.js';
import type { InOut, Sample } from '../measurement.js';
import { addSample, noSamples, type Samples } from '../series/series.js';
import { octetsSoFar } from '../traffic/octets-so-far.js';
import { ipOctets, type Milliseconds, milliseconds, toExactNumber } from '../units.js';
import type { Reading } from './take-reading.js';

export type Watched = {
  readonly scope: Pick<Scope, 'isolation' | 'sampleWire'>;
  readonly files: HeldCounterFiles;
  readonly before: Reading;
  readonly interval: Milliseconds;
  readonly onSample: (sample: Sample) => Promise<void>;
};

/** Samples the traffic while the command runs. */
export class TrafficWatch implements Disposable {
  readonly #scope: Watched['scope'];
  readonly #files: HeldCounterFiles;
  /** Where the counters stood before the command. */
  readonly #start: InOut<bigint> | undefined;
  readonly #started: number;
  readonly #timer: NodeJS.Timeout;
  readonly #onSample: (sample: Sample) => Promise<void>;
  #samples: Samples;
  #busy = false;

  constructor({ scope, files, before, interval, onSample }: Watched) {
    this.#scope = scope;
    this.#files = files;
    this.#start = octetsSoFar(scope.isolation, before.wire, parseDev(before.texts.texts.get('dev') ?? ''));
    this.#started = performance.now();
    this.#onSample = onSample;
    this.#samples = noSamples(interval);
    // A sample that fails is left out; the run's numbers are those of its end.
    this.#timer = setInterval(() => this.#take().catch(() => {}), interval);
  }

  get samples(): Samples {
    return this.#samples;
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
      const devices = takeDeviceSample(this.#files);
      const now = octetsSoFar(this.#scope.isolation, await this.#scope.sampleWire(), devices);
      if (!now || !this.#start) return;
      const grown = (way: 'in' | 'out') => ipOctets(toExactNumber(now[way] - (this.#start?.[way] ?? 0n)));
      const sample = { atMs, in: grown('in'), out: grown('out') };
      this.#samples = addSample(this.#samples, sample);
      await this.#onSample(sample);
    } finally {
      this.#busy = false;
    }
  }
}
