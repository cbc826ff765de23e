import { type Paint, painter } from '../../report/text/paint.js';
import type { SampleRecord } from '../../watch/records/record.js';
import { renderSample, sampleHeading } from '../../watch/render-sample.js';
import { renderTotal } from '../../watch/render-total.js';
import type { Terminal } from '../terminal/terminal.js';

/** A line for each sample and the total, on stdout, as long as somebody reads it. */
export class LiveOutput {
  readonly #terminal: Terminal;
  readonly #paint: Paint;
  readonly #onGone: () => void;
  #silent: boolean;

  /** @param onGone called when the reader has gone, as `| head` does, or nothing more can be written */
  constructor(terminal: Terminal, quiet: boolean, onGone: () => void) {
    this.#terminal = terminal;
    this.#silent = quiet;
    this.#onGone = onGone;
    this.#paint = painter(terminal.colors('stdout'));
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
    if (this.#silent) return;
    void this.#terminal
      .print(`${text}\n`)
      .catch(() => {})
      .then(() => {
        if (this.#terminal.isRead || this.#silent) return;
        this.#silent = true;
        this.#onGone();
      });
  }
}
