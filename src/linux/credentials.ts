import { abort, arch, getegid, geteuid, getgroups } from 'node:process';
import { libcFunction } from './libc.js';

/** Whose rights files are opened with. */
export type FileAccount = { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };

// glibc's setgroups(3) changes all threads; the system call is the calling thread's alone, as setfsuid(2) is.
const rawSetgroups = libcFunction('long syscall(long number, long count, void *groups)');
const setfsuid = libcFunction('unsigned int setfsuid(unsigned int uid)');
const setfsgid = libcFunction('unsigned int setfsgid(unsigned int gid)');

/** asm/unistd.h; the others share the numbers of asm-generic/unistd.h. */
const SETGROUPS: Partial<Record<NodeJS.Architecture, number>> = { x64: 116, ia32: 206, arm: 206, ppc64: 81 };
const GENERIC_SETGROUPS = 159;

/**
 * Runs `work` with the calling thread's rights on files reduced to those of `account` (setfsuid(2), capabilities(7): root's
 * rights beyond permissions go too). Synchronous: a thread of libuv's pool has its own.
 * @throws {LinuxError} setgroups: EPERM without CAP_SETGID; and what `work` throws
 */
export function withFileRightsOf<T>(account: FileAccount, work: () => T): T {
  const own = { uid: geteuid?.() ?? 0, gid: getegid?.() ?? 0, groups: getgroups?.() ?? [] };
  setGroups(account.groups);
  try {
    become(account);
    return work();
  } finally {
    try {
      become(own);
      setGroups(own.groups);
    } catch {
      // It would go on with rights that are not its own.
      abort();
    }
  }
}

/** setfsuid(2) returns the former one and no error: whether it worked is asked by another, invalid change. */
function become({ uid, gid }: Pick<FileAccount, 'uid' | 'gid'>): void {
  setfsgid(gid);
  setfsuid(uid);
  if (setfsgid(INVALID) !== gid || setfsuid(INVALID) !== uid) abort();
}

const INVALID = 0xffffffff;

function setGroups(groups: readonly number[]): void {
  const list = Buffer.from(Uint32Array.from(groups).buffer);
  rawSetgroups(SETGROUPS[arch] ?? GENERIC_SETGROUPS, groups.length, list);
}
