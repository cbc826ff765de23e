import type * as Koffi from 'koffi';
import { LinuxError } from './linux-error.js';
import { loadKoffi } from './load-koffi.js';

/** Whatever a C function takes here: numbers, strings with a NUL added, buffers as pointers. */
type Argument = number | bigint | string | Buffer | null;

const READABLE = { readable: true, disconnect: true } as const;

/** The C library, by koffi. Its JavaScript is left out because it takes 17 ms to load; the binary takes 2 to 3. */
class Libc {
  readonly #koffi: typeof Koffi;
  readonly #library: Koffi.LibraryHandle;

  constructor() {
    this.#koffi = loadKoffi();
    this.#library = this.#koffi.load(null);
  }

  bind(prototype: string): (...args: Argument[]) => number | bigint {
    return this.#library.func(prototype);
  }

  errno(): number {
    return this.#koffi.errno();
  }

  addressOf(buffer: Buffer): bigint {
    return this.#koffi.address(buffer);
  }

  viewOf(address: number, size: number): ArrayBuffer {
    return this.#koffi.view(BigInt(address), size);
  }

  poll(fd: number, onReady: () => void): Koffi.node.PollHandle {
    const handle = this.#koffi.node.poll(fd, READABLE, ready);
    // koffi's types lack the status that it passes first: libuv stops at an error of the descriptor.
    function ready(status: unknown): void {
      onReady();
      if (Number(status) < 0) handle.start(READABLE, ready);
    }
    return handle;
  }
}

let loaded: Libc | undefined;

function libc(): Libc {
  loaded ??= new Libc();
  return loaded;
}

/**
 * Declares a function of libc, which is bound at its first call. A buffer is passed as a pointer to its bytes, which must
 * not be used beyond the call unless the caller keeps it.
 * @param prototype C, with a return type of int or long, in koffi's spelling: `int setns(int fd, int type)`
 * @returns the function; it throws a {@link LinuxError} where the C function returns a negative number
 * @throws {NoLibcError} at the first call, where koffi cannot be loaded
 */
export function libcFunction(prototype: string): (...args: Argument[]) => number {
  const name = /(\w+)\s*\(/.exec(prototype)?.[1] ?? prototype;
  let bound: ((...args: Argument[]) => number | bigint) | undefined;
  return (...args) => {
    bound ??= libc().bind(prototype);
    const result = Number(bound(...args));
    if (result < 0) throw new LinuxError(name, libc().errno());
    return result;
  };
}

/** The address of a buffer's first byte, for pointers within structures. The buffer must be kept while the kernel uses it. */
export const addressOf = (buffer: Buffer): bigint => libc().addressOf(buffer);

/** Memory that is not Node's own, as it is now and later. It must not be used once it has gone. */
export const viewOf = (address: number, size: number): ArrayBuffer => libc().viewOf(address, size);

/** Whether a function of libc was called so far: the first call takes some milliseconds. */
export const isLibcLoaded = (): boolean => loaded !== undefined;

/** @throws {NoLibcError} with the reason, where no function of libc can be called */
export function requireLibc(): void {
  libc();
}

/**
 * Calls `onReady` from the event loop as long as `fd` is readable, has an error or its other end has gone (uv_poll(3)), until
 * disposed of. The descriptor must stay open that long.
 * @param options.unref true: it does not keep the process alive
 */
export function watchDescriptor(fd: number, onReady: () => void, { unref = false } = {}): Disposable {
  let disposed = false;
  const call = () => {
    if (!disposed) onReady();
  };
  // Outside of a callback of Node's own, promises that it settles would wait for whatever happens next.
  const handle = libc().poll(fd, () => setImmediate(call));
  if (unref) handle.unref();
  return {
    [Symbol.dispose]: () => {
      if (!disposed) handle.close();
      disposed = true;
    },
  };
}
