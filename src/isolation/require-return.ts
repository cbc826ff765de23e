import { NetmeterError } from '../errors.js';
import { isErrno } from '../linux/linux-error.js';
import { MountNamespace } from '../linux/mounts/mount-namespace.js';
import { NetworkNamespace } from '../linux/namespace.js';

/**
 * Whether netmeter's thread could come back from other namespaces to its own: root of a user namespace alone
 * (`unshare --user --map-root-user`) has all capabilities, and none over those.
 * @throws {NoLibcError}
 */
export function mayReturn(): boolean {
  try {
    NetworkNamespace.requireReturn();
    MountNamespace.requireReturn();
    return true;
  } catch (error) {
    if (isErrno(error, 'EPERM')) return false;
    throw error;
  }
}

/** For who has all capabilities. @throws {NetmeterError} MISSING_RIGHTS */
export function requireReturn(): void {
  if (mayReturn()) return;
  const why = 'a network namespace needs root, and this process is root of a user namespace alone';
  throw new NetmeterError('MISSING_RIGHTS', why);
}
