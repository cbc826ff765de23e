import { libcFunction } from './libc.js';

// Returns the buffer's address, or NULL.
const ifIndexToName = libcFunction('long if_indextoname(unsigned int index, void *name)');

/** Octets of a device's name with its NUL, linux/if.h. */
export const IFNAMSIZ = 16;

/** The name of a device of the calling thread's network namespace. @returns undefined: it is gone */
export function deviceName(index: number): string | undefined {
  const name = Buffer.alloc(IFNAMSIZ);
  return ifIndexToName(index, name) === 0 ? undefined : name.toString('utf8', 0, name.indexOf(0));
}
