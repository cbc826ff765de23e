import { NetmeterError } from '../errors.js';
import type { Behalf } from '../files/behalf.js';
import { HeldFile } from '../files/held-file.js';
import { curedBy, reasonOf } from '../files/reason-of.js';

/** A file that others write to as well, whose folder is held open from before the run. */
export class SharedFile implements Disposable {
  readonly #path: string;
  readonly #what: string;
  readonly #file: HeldFile;

  /** @param what what the file is, for the message */
  constructor(path: string, what: string, behalf: Behalf) {
    this.#path = path;
    this.#what = what;
    this.#file = new HeldFile(path, behalf);
  }

  /**
   * Adds a text, whole or not at all, on a line of its own.
   * @param render the text for a file that holds so many bytes; empty when there is no room
   * @throws {NetmeterError} REPORT_NOT_WRITTEN
   */
  append(render: (present: number) => string): void {
    try {
      this.#file.append(render);
    } catch (cause) {
      throw new NetmeterError(
        'REPORT_NOT_WRITTEN',
        `${this.#what}, ${this.#path}, was not written: ${reasonOf(cause)}`,
        {
          cure: 'The run itself is not affected; --ci none leaves it out.',
          ...curedBy(cause),
          cause,
        },
      );
    }
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}
