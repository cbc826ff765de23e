import { type Paint, painter } from '../../report/paint.js';
import type { SampleRecord } from '../../watch/record.js';
import { renderSample, sampleHeading } from '../../watch/render-sample.js';
import { renderTotal } from '../../watch/render-total.js';
import { useColor } from '../use-color.js';

/** A line for each sample and the total, on stdout, as long as somebody reads it. */
export class LiveOutput {
  readonly #paint: Paint;
  #silent: boolean;

  /** @param onGone called when the reader has gone, as `| head` does */
  constructor(quiet: boolean, onGone: () => void) {
    this.#silent = quiet;
    this.#paint = painter(useColor(process.env, process.stdout.isTTY === true));
    process.stdout.on('error', () => {
      if (this.#silent) return;
      this.#silent = true;
      onGone();
    });
  }

  heading(): void {
    this.#print(sampleHeading(this.#paint));
  }

  sample(record: SampleRecord): void {
    this.#print(renderSample(record, this.#paint));
  }

  total({ total }: SampleRecord): void {
    this.#print(`\n${renderTotal(total, this.#paint).trimEnd()}`);
  }

  #print(text: string): void {
    if (!this.#silent) process.stdout.write(`${text}\n`);
  }
}
