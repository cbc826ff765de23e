import { type Paint, painter } from '../../report/text/paint.js';
import { NEVER_THERE, wasThere } from '../../watch/never-there.js';
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
  #failure: unknown;

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

  total({ total, meter }: SampleRecord): void {
    const absent = wasThere(meter) ? '' : `\n${this.#paint.yellow(NEVER_THERE)}`;
    this.#print(`\n${renderTotal(total, this.#paint).trimEnd()}${absent}`);
  }

  /** For whom the lines are all there is. @throws {NetmeterError} REPORT_NOT_WRITTEN, of the first that was lost; a reader may go */
  async requireWritten(): Promise<void> {
    await this.#terminal.flush();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #print(text: string): void {
    if (this.#silent) return;
    void this.#terminal
      .print(`${text}\n`)
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .then(() => {
        if (this.#terminal.isRead || this.#silent) return;
        this.#silent = true;
        this.#onGone();
      });
  }
}
