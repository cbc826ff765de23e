import { libcFunction, viewOf } from './libc.js';

const mmap = libcFunction('long mmap(long address, size_t size, int protection, int flags, int fd, long offset)');
const munmap = libcFunction('int munmap(long address, size_t size)');
const getpagesize = libcFunction('int getpagesize()');

/** linux/mman.h, asm-generic/mman-common.h. */
const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;

/** Octets of the pages in which memory is mapped. */
export const pageSize = (): number => getpagesize();

export type Mapping = {
  readonly fd: number;
  readonly offset: number;
  readonly size: number;
  readonly writable: boolean;
};

/** A part of a file, or of what a driver shows as one, as memory (mmap(2)), shared with others. */
export class SharedMemory implements Disposable {
  /** Not to be used after the end. */
  readonly bytes: ArrayBuffer;
  readonly #address: number;
  readonly #size: number;

  /** @throws {LinuxError} mmap */
  constructor({ fd, offset, size, writable }: Mapping) {
    this.#size = size;
    this.#address = mmap(0, size, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, offset);
    this.bytes = viewOf(this.#address, size);
  }

  [Symbol.dispose](): void {
    munmap(this.#address, this.#size);
  }
}
