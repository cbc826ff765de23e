import { dirname } from 'node:path';
import { NetmeterError } from '../errors.js';
import { type Behalf, OWN_BEHALF } from '../files/behalf.js';
import { HeldFile } from '../files/held-file.js';
import { curedBy, reasonOf } from '../files/reason-of.js';
import { quote } from './command-line.js';

/** A report's file, whose folder is held open from before the run. */
export class ReportFile implements Disposable {
  readonly #path: string;
  readonly #file: HeldFile;

  constructor(path: string, behalf: Behalf) {
    this.#path = path;
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
      throw new NetmeterError('REPORT_NOT_WRITTEN', `the report ${this.#path} cannot be written: ${reasonOf(cause)}`, {
        ...cureOf(cause, this.#path),
        ...curedBy(cause),
        cause,
      });
    }
  }

  /** @throws {NetmeterError} REPORT_NOT_WRITTEN */
  async write(text: string): Promise<void> {
    try {
      await this.#file.write(text);
    } catch (cause) {
      throw new NetmeterError('REPORT_NOT_WRITTEN', `the report ${this.#path} was not written: ${reasonOf(cause)}`, {
        ...curedBy(cause),
        cause,
      });
    }
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

function cureOf(cause: unknown, path: string): { cure?: string } {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return { cure: `Make its folder before the run: mkdir -p ${quote(dirname(path))}` };
  if (code === 'EROFS') return { cure: 'Choose a folder of a file system that is not mounted read-only.' };
  if (code === 'EACCES' || code === 'EPERM') {
    return {
      cure: 'Choose a folder where whoever started netmeter may write: under sudo that is the caller, not root.',
    };
  }
  return {};
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
