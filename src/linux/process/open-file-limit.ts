import { libcFunction } from '../libc.js';
import type { NoPromise } from '../no-promise.js';

const prlimit = libcFunction('int prlimit(int pid, int resource, void *next, void *former)');

/** asm-generic/resource.h. */
const RLIMIT_NOFILE = 7;

/**
 * Runs `work` with another soft limit of open files (RLIMIT_NOFILE, getrlimit(2)), which a child that is spawned meanwhile
 * inherits. The limit is the whole process's; what is open already stays so.
 * @throws {LinuxError} prlimit: EINVAL above the hard limit
 */
export function withOpenFileLimit<T>(soft: number, work: () => NoPromise<T>): T {
  const former = Buffer.alloc(16);
  prlimit(0, RLIMIT_NOFILE, null, former);
  const lowered = Buffer.from(former);
  lowered.writeBigUInt64LE(BigInt(soft));
  prlimit(0, RLIMIT_NOFILE, lowered, null);
  try {
    return work();
  } finally {
    prlimit(0, RLIMIT_NOFILE, former, null);
  }
}

/** Changes the soft limit of another process. @throws {LinuxError} prlimit: ESRCH, EPERM */
export function setOpenFileLimit(pid: number, soft: number): void {
  const limits = Buffer.alloc(16);
  prlimit(pid, RLIMIT_NOFILE, null, limits);
  limits.writeBigUInt64LE(BigInt(soft));
  prlimit(pid, RLIMIT_NOFILE, limits, null);
}
