import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { libcFunction } from './libc.js';
import { isErrno, LinuxError } from './linux-error.js';

// The same registers as for a function of fixed arguments, on all that Node runs on under Linux.
const ioctl = libcFunction('int ioctl(int fd, unsigned long request)');

/** linux/nsfs.h. */
const NS_GET_USERNS = 0xb701;

/** Those of the process, which stay its own. */
const allowed = new Set<string>();

/**
 * Whoever leaves a namespace comes back by rights over it: root of a user namespace that was made after it has none, though
 * it may make others and go there (setns(2)).
 * @param own a descriptor of the namespace that the calling thread would leave. @param kind of which kind that is
 * @throws {LinuxError} setns: EPERM
 */
export function requireReturn(own: number, kind: 'net' | 'mnt'): void {
  if (allowed.has(kind)) return;
  if (!isOwnedHere(own))
    throw new LinuxError('setns', constants.errno.EPERM, `no rights over the present ${kind} namespace`);
  allowed.add(kind);
}

/** The kernel shows the user namespace of an owner that is this one, or has been made in it. */
function isOwnedHere(namespace: number): boolean {
  try {
    closeSync(ioctl(namespace, NS_GET_USERNS));
    return true;
  } catch (error) {
    return !isErrno(error, 'EPERM');
  }
}
