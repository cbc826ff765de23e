import { statSync } from 'node:fs';
import { NetmeterError } from '../../errors.js';
import { type Behalf, OWN_BEHALF } from '../../files/behalf.js';
import type { OpenFile } from '../../files/open-file.js';
import { readFileEnd } from './read-file-end.js';
import type { SampleRecord } from './record.js';
import { type LockedFile, openLocked } from './take-record-file.js';

const NEWLINE = 0x0a;

/** A watch file that is open to be appended to, by this process alone. */
export class RecordFile implements AsyncDisposable {
  readonly path: string;
  /** The newest record that was there; undefined: the file was empty. */
  readonly last: SampleRecord | undefined;
  /** A part of a line was found at the end. It stays there, on a line of its own. */
  readonly cut: boolean;
  readonly #behalf: Behalf;
  #opened: LockedFile;
  /** The file's size before an append that failed: what is behind it is ours and to be removed. */
  #failedAt: number | undefined;

  private constructor(
    path: string,
    behalf: Behalf,
    opened: LockedFile,
    end: { last: SampleRecord | undefined; cut: boolean },
  ) {
    this.path = path;
    this.#behalf = behalf;
    this.#opened = opened;
    this.last = end.last;
    this.cut = end.cut;
  }

  /** @throws {NetmeterError} WATCH_FILE_FAILED, WATCH_FILE_BUSY, WATCH_FILE_FOREIGN */
  static async open(path: string, behalf: Behalf = OWN_BEHALF): Promise<RecordFile> {
    const opened = await openLocked(path, behalf);
    try {
      const end = await readFileEnd(opened.handle);
      if (end.kind === 'foreign')
        throw new NetmeterError('WATCH_FILE_FOREIGN', `${path} holds something other than samples of netmeter watch`);
      return new RecordFile(path, behalf, opened, end);
    } catch (error) {
      await opened.handle.close();
      throw error;
    }
  }

  /**
   * Appends a line by one write and waits until it is on the disk. When that fails, nothing of the line stays.
   * @throws the error of the system: ENOSPC, EIO ...
   */
  async append(line: string): Promise<void> {
    await this.#follow();
    const { handle } = this.#opened;
    if (this.#failedAt !== undefined) await handle.truncate(this.#failedAt);
    this.#failedAt = undefined;
    const { size } = await handle.stat();
    const bytes = Buffer.from((await endsWithinLine(handle, size)) ? `\n${line}` : line);
    try {
      const { bytesWritten } = await handle.write(bytes);
      if (bytesWritten < bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were written`);
      await handle.datasync();
    } catch (error) {
      this.#failedAt = size;
      await handle.truncate(size).then(
        () => {
          this.#failedAt = undefined;
        },
        // Tried again before the next append.
        () => {},
      );
      throw error;
    }
  }

  /** Why no lock keeps a second watch from the file; undefined: one does. */
  get unlocked(): string | undefined {
    return this.#opened.unlocked;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.handle.close();
  }

  /** Log rotation moved the file away, or somebody removed it: what is written there would be lost. */
  async #follow(): Promise<void> {
    const own = await this.#opened.handle.stat();
    const named = statSync(this.path, { throwIfNoEntry: false });
    if (named?.dev === own.dev && named.ino === own.ino) return;
    const opened = await openLocked(this.path, this.#behalf);
    await this.#opened.handle.close();
    this.#opened = opened;
    this.#failedAt = undefined;
  }
}

async function endsWithinLine(handle: OpenFile, size: number): Promise<boolean> {
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  const { bytesRead } = await handle.read(last, 0, 1, size - 1);
  return bytesRead === 1 && last[0] !== NEWLINE;
}
