import { abort, arch, getegid, geteuid, getgroups } from 'node:process';
import { libcFunction } from '../libc.js';
import type { NoPromise } from '../no-promise.js';
import { ProcessAttributes } from './process-attributes.js';
import { setThreadGroups } from './thread-groups.js';

/** Whom a process belongs to: its user, group, and supplementary groups. */
export type ProcessAccount = { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };

// glibc's setresuid(3) and setresgid(3) change all threads; the system calls are the calling thread's alone.
const setIds = libcFunction('long syscall(long number, long real, long effective, long saved)');

type Calls = { readonly setresuid: number; readonly setresgid: number };

/** asm/unistd.h; the others share the numbers of asm-generic/unistd.h. */
const OWN_NUMBERS: Partial<Record<NodeJS.Architecture, Calls>> = {
  x64: { setresuid: 117, setresgid: 119 },
  ia32: { setresuid: 208, setresgid: 210 },
  arm: { setresuid: 208, setresgid: 210 },
  ppc64: { setresuid: 164, setresgid: 169 },
};
const SYS = OWN_NUMBERS[arch] ?? { setresuid: 147, setresgid: 149 };

/**
 * Runs `work` with the calling thread as another account's, so that a child that is spawned meanwhile is that account's. The
 * thread keeps its own user as the saved one, to come back; an exec forgets it (credentials(7)), and with it all
 * capabilities. Synchronous.
 * @throws {LinuxError} syscall: EPERM without CAP_SETUID and CAP_SETGID; and what `work` throws, after coming back
 */
export function asAccount<T>(account: ProcessAccount, work: () => NoPromise<T>): T {
  const own = { uid: geteuid?.() ?? 0, gid: getegid?.() ?? 0, groups: getgroups?.() ?? [] };
  const attributes = ProcessAttributes.read();
  try {
    setThreadGroups(account.groups);
    setIds(SYS.setresgid, account.gid, account.gid, own.gid);
    setIds(SYS.setresuid, account.uid, account.uid, own.uid);
    return work();
  } finally {
    try {
      comeBack(own);
      attributes.restore();
    } catch {
      // It would go on with rights that are not its own.
      abort();
    }
  }
}

function comeBack({ uid, gid, groups }: ProcessAccount): void {
  setIds(SYS.setresuid, uid, uid, uid);
  setIds(SYS.setresgid, gid, gid, gid);
  setThreadGroups(groups);
}
