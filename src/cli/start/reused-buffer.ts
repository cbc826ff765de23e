import { fstatSync, readSync } from 'node:fs';

/** Octets: what most files of the bundle and their compiled code fit in. Pages that nothing is read into are never touched. */
const SIZE = 512 * 1024;

/** Reads whole files one after the other into the same memory: to touch a page for the first time costs more than to fill it. */
export class ReusedBuffer {
  #octets = Buffer.allocUnsafeSlow(SIZE);

  /**
   * All of an open regular file.
   *
   * @returns octets that the next read overwrites
   * @throws the error of read(2)
   */
  read(fd: number): Buffer {
    const { size } = fstatSync(fd);
    if (size > this.#octets.length) this.#octets = Buffer.allocUnsafeSlow(size);
    let end = 0;
    while (end < size) {
      const count = readSync(fd, this.#octets, end, size - end, null);
      if (count === 0) break;
      end += count;
    }
    return this.#octets.subarray(0, end);
  }
}
