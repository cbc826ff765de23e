import { NetmeterError } from '../errors.js';
import { type Behalf, OWN_BEHALF } from '../files/behalf.js';
import { HeldFile } from '../files/held-file.js';
import { reasonOf } from '../files/reason-of.js';
import { unwrittenCure } from './read-unwritten-cure.js';

/** A report's file, whose folder is held open from before the run. */
export class ReportFile implements Disposable {
  readonly #path: string;
  readonly #behalf: Behalf;
  readonly #file: HeldFile;

  constructor(path: string, behalf: Behalf) {
    this.#path = path;
    this.#behalf = behalf;
    this.#file = new HeldFile(path, behalf);
  }

  /** Whether writing waits for a reader: a pipe's, a terminal's. */
  get waits(): boolean {
    return this.#file.waits;
  }

  /**
   * Before a run, which nobody wants to make twice for want of a folder.
   * @throws {NetmeterError} REPORT_NOT_WRITTEN
   */
  requireWritable(): void {
    try {
      this.#file.requireWritable();
    } catch (cause) {
      throw this.#failure('cannot be written', cause);
    }
  }

  /** @throws {NetmeterError} REPORT_NOT_WRITTEN */
  async write(text: string): Promise<void> {
    try {
      await this.#file.write(text);
    } catch (cause) {
      throw this.#failure('was not written', cause);
    }
  }

  #failure(what: string, cause: unknown): NetmeterError {
    return new NetmeterError('REPORT_NOT_WRITTEN', `the report ${this.#path} ${what}: ${reasonOf(cause)}`, {
      ...unwrittenCure(cause, this.#path, this.#behalf),
      cause,
    });
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

/**
 * Writes a report: a file whole or not at all, a pipe or device as it is, one of our own descriptors (/dev/stdout,
 * /dev/fd/N) behind what was written there before.
 * @throws {NetmeterError} REPORT_NOT_WRITTEN
 */
export async function writeReport(path: string, text: string, behalf: Behalf = OWN_BEHALF): Promise<void> {
  using file = new ReportFile(path, behalf);
  await file.write(text);
}
