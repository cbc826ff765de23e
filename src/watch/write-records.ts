import { constants, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { NetmeterError } from '../errors.js';
import { readFileEnd } from './read-file-end.js';
import type { SampleRecord } from './record.js';
import { takeLock } from './take-lock.js';

const NEWLINE = 0x0a;

type Opened = { readonly handle: FileHandle; readonly lock: Disposable };

/** A watch file that is open to be appended to, by this process alone. */
export class RecordFile implements AsyncDisposable {
  readonly path: string;
  /** The newest record that was there; undefined: the file was empty. */
  readonly last: SampleRecord | undefined;
  /** A part of a line was found at the end. It stays there, on a line of its own. */
  readonly cut: boolean;
  #opened: Opened;
  /** The file's size before an append that failed: what is behind it is ours and to be removed. */
  #failedAt: number | undefined;

  private constructor(path: string, opened: Opened, end: { last: SampleRecord | undefined; cut: boolean }) {
    this.path = path;
    this.#opened = opened;
    this.last = end.last;
    this.cut = end.cut;
  }

  /** @throws {NetmeterError} WATCH_FILE_FAILED, WATCH_FILE_BUSY, WATCH_FILE_FOREIGN */
  static async open(path: string): Promise<RecordFile> {
    const opened = await openLocked(path);
    try {
      const end = await readFileEnd(opened.handle);
      if (end.kind === 'foreign')
        throw new NetmeterError('WATCH_FILE_FOREIGN', `${path} holds something else than samples of netmeter watch`);
      return new RecordFile(path, opened, end);
    } catch (error) {
      await close(opened);
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

  async [Symbol.asyncDispose](): Promise<void> {
    await close(this.#opened);
  }

  /** Log rotation moved the file away, or somebody removed it: what is written there would be lost. */
  async #follow(): Promise<void> {
    const own = await this.#opened.handle.stat();
    const named = statSync(this.path, { throwIfNoEntry: false });
    if (named?.dev === own.dev && named.ino === own.ino) return;
    const opened = await openLocked(this.path);
    await close(this.#opened);
    this.#opened = opened;
    this.#failedAt = undefined;
  }
}

async function openLocked(path: string): Promise<Opened> {
  const handle = await openFile(path);
  try {
    const { dev, ino } = await handle.stat();
    const lock = await takeLock(`netmeter-watch/${dev}:${ino}`);
    if (!lock) throw new NetmeterError('WATCH_FILE_BUSY', `another netmeter watch writes to ${path}`);
    return { handle, lock };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const present = statSync(path, { throwIfNoEntry: false });
    // Looked at before it is opened: to open a device may do something.
    if (present && !present.isFile()) throw new Error('it is no regular file');
    const handle = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o666);
    if (!present) await syncFolder(dirname(path));
    return handle;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NetmeterError('WATCH_FILE_FAILED', `${path} cannot be written to: ${reason}`, { cause });
  }
}

/** A new file's name is on the disk only when its folder is. Some filesystems cannot do that, and need not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

async function endsWithinLine(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] !== NEWLINE;
}

async function close({ handle, lock }: Opened): Promise<void> {
  lock[Symbol.dispose]();
  await handle.close();
}
