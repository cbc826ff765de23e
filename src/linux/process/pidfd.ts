import { closeSync } from 'node:fs';
import { libcFunction } from '../libc.js';

const pidfdOpen = libcFunction('long syscall(long number, long pid, long flags)');
const pidfdGetfd = libcFunction('long syscall(long number, long pidfd, long fd, long flags)');

/** The same on every architecture, asm-generic/unistd.h. */
const SYS_PIDFD_OPEN = 434;
const SYS_PIDFD_GETFD = 438;

/**
 * Makes a descriptor of another process one of ours too (pidfd_getfd(2), Linux 5.6), closed on exec.
 * @throws {LinuxError} syscall: EPERM without the right to trace it, which the owner of its user namespace has; ESRCH, EBADF,
 * ENOSYS
 */
export function takeDescriptor(pid: number, fd: number): number {
  const process = pidfdOpen(SYS_PIDFD_OPEN, pid, 0);
  try {
    return pidfdGetfd(SYS_PIDFD_GETFD, process, fd, 0);
  } finally {
    closeSync(process);
  }
}
