import { libcFunction } from '../libc.js';
import { isErrno } from '../linux-error.js';

const getrlimit = libcFunction('int getrlimit(int resource, void *limit)');
const setrlimit = libcFunction('int setrlimit(int resource, void *limit)');

/** asm-generic/resource.h. */
const RLIMIT_MEMLOCK = 8;

/**
 * Before Linux 5.11 maps and programs count as locked memory, and beyond RLIMIT_MEMLOCK, mostly 64 KiB, are refused with
 * EPERM: then it is tried again without that limit, which is put back before anything is started.
 */
export function withLockedMemory<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'ENOMEM')) throw error;
    const own = Buffer.alloc(16);
    getrlimit(RLIMIT_MEMLOCK, own);
    try {
      setrlimit(RLIMIT_MEMLOCK, Buffer.alloc(16, 0xff));
    } catch {
      throw error;
    }
    try {
      return work();
    } finally {
      setrlimit(RLIMIT_MEMLOCK, own);
    }
  }
}
