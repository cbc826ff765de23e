import fs from 'node:fs';
import { COUNTER_FILES, type CounterFile } from './held-files.js';

type FileSystem = Pick<typeof fs, 'openSync' | 'readSync' | 'closeSync'>;

const MAY_BE_ABSENT: ReadonlySet<CounterFile> = new Set(['udp', 'snmp6', 'sockstat6', 'tcp6', 'udp6']);

/**
 * The counter files of a process' network namespace, held open: they can be read after the namespace's last process has
 * died, and keep the namespace until they are closed. Reading is a pread each: no re-open, no spawn.
 */
export class HeldCounterFiles implements Disposable {
  readonly #fs: FileSystem;
  readonly #descriptors = new Map<CounterFile, number>();
  #buffer = Buffer.allocUnsafe(16_384);

  /** Opens /proc/PROCESS/net/*. @throws the error of open(2) when the process is gone */
  constructor(process: number | 'thread-self', fileSystem: FileSystem = fs) {
    this.#fs = fileSystem;
    for (const file of COUNTER_FILES) {
      try {
        this.#descriptors.set(file, fileSystem.openSync(`/proc/${process}/net/${file}`, 'r'));
      } catch (error) {
        if (MAY_BE_ABSENT.has(file) && (error as NodeJS.ErrnoException).code === 'ENOENT') continue;
        this.close();
        throw error;
      }
    }
  }

  /** The file's present text; undefined where the kernel has none. */
  read(file: CounterFile): string | undefined {
    const descriptor = this.#descriptors.get(file);
    if (descriptor === undefined) return undefined;
    let length = 0;
    for (;;) {
      const read = this.#fs.readSync(descriptor, this.#buffer, length, this.#buffer.length - length, length);
      length += read;
      // The kernel hands out whole records: a short read is not the end, only an empty one is.
      if (read === 0) return this.#buffer.toString('latin1', 0, length);
      if (length === this.#buffer.length) this.#buffer = Buffer.concat([this.#buffer], length * 2);
    }
  }

  /** Lets go of the namespace. Closing twice does nothing. */
  close(): void {
    for (const descriptor of this.#descriptors.values()) this.#fs.closeSync(descriptor);
    this.#descriptors.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
