import { abort, arch, getegid, geteuid, getgroups } from 'node:process';
import { libcFunction } from '../libc.js';
import type { NoPromise } from '../no-promise.js';

/** Whom a process belongs to: its user, group, and supplementary groups. */
export type ProcessAccount = { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };

// glibc's functions of these names change all threads; the system calls are the calling thread's alone.
const setgroups = libcFunction('long syscall(long number, long count, void *groups)');
const setIds = libcFunction('long syscall(long number, long real, long effective, long saved)');
const prctl = libcFunction('int prctl(int option, unsigned long value)');
const prctlInto = libcFunction('int prctl(int option, void *value)');

type Calls = { readonly setgroups: number; readonly setresuid: number; readonly setresgid: number };

/** asm/unistd.h; the others share the numbers of asm-generic/unistd.h. */
const OWN_NUMBERS: Partial<Record<NodeJS.Architecture, Calls>> = {
  x64: { setgroups: 116, setresuid: 117, setresgid: 119 },
  ia32: { setgroups: 206, setresuid: 208, setresgid: 210 },
  arm: { setgroups: 206, setresuid: 208, setresgid: 210 },
  ppc64: { setgroups: 81, setresuid: 164, setresgid: 169 },
};
const SYS = OWN_NUMBERS[arch] ?? { setgroups: 159, setresuid: 147, setresgid: 149 };

/** linux/prctl.h. */
const PR_SET_PDEATHSIG = 1;
const PR_GET_PDEATHSIG = 2;
const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;

/**
 * Runs `work` with the calling thread as another account's, so that a child that is spawned meanwhile is that account's. The
 * thread keeps its own user as the saved one, to come back; an exec forgets it (credentials(7)), and with it all
 * capabilities. Synchronous.
 * @throws {LinuxError} syscall: EPERM without CAP_SETUID and CAP_SETGID; and what `work` throws, after coming back
 */
export function asAccount<T>(account: ProcessAccount, work: () => NoPromise<T>): T {
  const own = { uid: geteuid?.() ?? 0, gid: getegid?.() ?? 0, groups: getgroups?.() ?? [] };
  const deathSignal = readDeathSignal();
  const isDumpable = prctl(PR_GET_DUMPABLE, 0) === 1;
  try {
    setGroups(account.groups);
    setIds(SYS.setresgid, account.gid, account.gid, own.gid);
    setIds(SYS.setresuid, account.uid, account.uid, own.uid);
    return work();
  } finally {
    try {
      comeBack(own);
      // The kernel takes both away at each change (commit_creds(), kernel/cred.c).
      if (deathSignal !== 0) prctl(PR_SET_PDEATHSIG, deathSignal);
      if (isDumpable) prctl(PR_SET_DUMPABLE, 1);
    } catch {
      // It would go on with rights that are not its own.
      abort();
    }
  }
}

function comeBack({ uid, gid, groups }: ProcessAccount): void {
  setIds(SYS.setresuid, uid, uid, uid);
  setIds(SYS.setresgid, gid, gid, gid);
  setGroups(groups);
}

function setGroups(groups: readonly number[]): void {
  setgroups(SYS.setgroups, groups.length, Buffer.from(Uint32Array.from(groups).buffer));
}

function readDeathSignal(): number {
  const signal = Buffer.alloc(4);
  prctlInto(PR_GET_PDEATHSIG, signal);
  return signal.readInt32LE();
}
