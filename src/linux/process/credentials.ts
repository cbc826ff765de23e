import { abort, arch, getegid, geteuid, getgroups } from 'node:process';
import { libcFunction } from '../libc.js';
import { LinuxError } from '../linux-error.js';

/** Whose rights files are opened with. */
export type FileAccount = { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };

// glibc's setgroups(3) changes all threads; the system call is the calling thread's alone, as setfsuid(2) is.
const rawSetgroups = libcFunction('long syscall(long number, long count, void *groups)');
const setfsuid = libcFunction('unsigned int setfsuid(unsigned int uid)');
const setfsgid = libcFunction('unsigned int setfsgid(unsigned int gid)');
const prctl = libcFunction('int prctl(int option, unsigned long value)');
const prctlInto = libcFunction('int prctl(int option, void *value)');

/** linux/prctl.h. */
const PR_SET_PDEATHSIG = 1;
const PR_GET_PDEATHSIG = 2;
const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;

/** asm/unistd.h; the others share the numbers of asm-generic/unistd.h. */
const SETGROUPS: Partial<Record<NodeJS.Architecture, number>> = { x64: 116, ia32: 206, arm: 206, ppc64: 81 };
const GENERIC_SETGROUPS = 159;

/**
 * Runs `work` with the calling thread's rights on files reduced to those of `account` (setfsuid(2), capabilities(7): root's
 * rights beyond permissions go too). Synchronous: a thread of libuv's pool has its own.
 * @throws {LinuxError} setgroups: EPERM without CAP_SETGID; setfsuid: EPERM without CAP_SETUID, or for a number that the
 *   user namespace does not know; and what `work` throws
 */
export function withFileRightsOf<T>(account: FileAccount, work: () => T): T {
  const own = { uid: geteuid?.() ?? 0, gid: getegid?.() ?? 0, groups: getgroups?.() ?? [] };
  const attributes = ProcessAttributes.read();
  setGroups(account.groups);
  try {
    if (!become(account)) throw new LinuxError('setfsuid', EPERM);
    return work();
  } finally {
    try {
      if (!become(own)) abort();
      setGroups(own.groups);
      attributes.restore();
    } catch {
      // It would go on with rights that are not its own.
      abort();
    }
  }
}

const EPERM = 1;

/** setfsuid(2) returns the former one and no error: whether it worked is asked by another, invalid change. */
function become({ uid, gid }: Pick<FileAccount, 'uid' | 'gid'>): boolean {
  setfsgid(gid);
  setfsuid(uid);
  return setfsgid(INVALID) === gid && setfsuid(INVALID) === uid;
}

const INVALID = 0xffffffff;

function setGroups(groups: readonly number[]): void {
  const list = Buffer.from(Uint32Array.from(groups).buffer);
  rawSetgroups(SETGROUPS[arch] ?? GENERIC_SETGROUPS, groups.length, list);
}

/** What the kernel takes away at each change of rights: commit_creds(), kernel/cred.c. */
class ProcessAttributes {
  readonly #deathSignal: number;
  readonly #isDumpable: boolean;

  private constructor(deathSignal: number, isDumpable: boolean) {
    this.#deathSignal = deathSignal;
    this.#isDumpable = isDumpable;
  }

  static read(): ProcessAttributes {
    const signal = Buffer.alloc(4);
    prctlInto(PR_GET_PDEATHSIG, signal);
    return new ProcessAttributes(signal.readInt32LE(), prctl(PR_GET_DUMPABLE, 0) === 1);
  }

  restore(): void {
    if (this.#deathSignal !== 0) prctl(PR_SET_PDEATHSIG, this.#deathSignal);
    if (this.#isDumpable) prctl(PR_SET_DUMPABLE, 1);
  }
}
