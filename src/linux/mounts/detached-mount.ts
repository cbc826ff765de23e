import { closeSync } from 'node:fs';
import { libcFunction } from '../libc.js';

const fsopenCall = libcFunction('long syscall(long number, void *name, long flags)');
const fsconfigCall = libcFunction(
  'long syscall(long number, long context, long command, void *key, void *value, long extra)',
);
const fsmountCall = libcFunction('long syscall(long number, long context, long flags, long attributes)');

/** The same on every architecture: asm-generic/unistd.h. */
const FSOPEN = 430;
const FSCONFIG = 431;
const FSMOUNT = 432;
/** linux/mount.h: each closes its descriptor on exec. */
const FSOPEN_CLOEXEC = 1;
const FSMOUNT_CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;

/**
 * Mounts a file system nowhere: only through the descriptor it can be seen (`/proc/self/fd/N/...`), and it goes with it
 * (fsmount(2), Linux 5.2).
 * @returns the descriptor of its root. @throws {LinuxError} EPERM without CAP_SYS_ADMIN, ENODEV
 */
export function detachedMount(type: string): number {
  const context = fsopenCall(FSOPEN, Buffer.from(`${type}\0`), FSOPEN_CLOEXEC);
  try {
    fsconfigCall(FSCONFIG, context, FSCONFIG_CMD_CREATE, null, null, 0);
    return fsmountCall(FSMOUNT, context, FSMOUNT_CLOEXEC, 0);
  } finally {
    closeSync(context);
  }
}
