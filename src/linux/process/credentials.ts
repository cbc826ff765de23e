import { constants } from 'node:os';
import { abort, getegid, geteuid, getgroups } from 'node:process';
import { libcFunction } from '../libc.js';
import { LinuxError } from '../linux-error.js';
import type { ProcessAccount } from './process-account.js';
import { ProcessAttributes } from './process-attributes.js';
import { setThreadGroups } from './thread-groups.js';

const setfsuid = libcFunction('unsigned int setfsuid(unsigned int uid)');
const setfsgid = libcFunction('unsigned int setfsgid(unsigned int gid)');

/**
 * Runs `work` with the calling thread's rights on files reduced to those of `account` (setfsuid(2), capabilities(7): root's
 * rights beyond permissions go too). Synchronous: a thread of libuv's pool has its own.
 * @throws {LinuxError} syscall: EPERM without CAP_SETGID; setfsuid: EPERM without CAP_SETUID, or for a number that the
 *   user namespace does not know; and what `work` throws
 */
export function withFileRightsOf<T>(account: ProcessAccount, work: () => T): T {
  const own = { uid: geteuid?.() ?? 0, gid: getegid?.() ?? 0, groups: getgroups?.() ?? [] };
  const attributes = ProcessAttributes.read();
  setThreadGroups(account.groups);
  try {
    if (!become(account)) throw new LinuxError('setfsuid', constants.errno.EPERM);
    return work();
  } finally {
    try {
      if (!become(own)) abort();
      setThreadGroups(own.groups);
      attributes.restore();
    } catch {
      // It would go on with rights that are not its own.
      abort();
    }
  }
}

/** setfsuid(2) returns the former one and no error: whether it worked is asked by another, invalid change. */
function become({ uid, gid }: Pick<ProcessAccount, 'uid' | 'gid'>): boolean {
  setfsgid(gid);
  setfsuid(uid);
  return setfsgid(INVALID) === gid && setfsuid(INVALID) === uid;
}

const INVALID = 0xffffffff;
