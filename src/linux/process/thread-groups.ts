import { arch } from 'node:process';
import { libcFunction } from '../libc.js';

// glibc's setgroups(3) changes all threads; the system call is the calling thread's alone.
const setgroups = libcFunction('long syscall(long number, long count, void *groups)');

/** asm/unistd.h; the others share the number of asm-generic/unistd.h. */
const OWN_NUMBERS: Partial<Record<NodeJS.Architecture, number>> = { x64: 116, ia32: 206, arm: 206, ppc64: 81 };
const SETGROUPS = OWN_NUMBERS[arch] ?? 159;

/** Sets the calling thread's supplementary groups. @throws {LinuxError} syscall: EPERM without CAP_SETGID */
export function setThreadGroups(groups: readonly number[]): void {
  setgroups(SETGROUPS, groups.length, Buffer.from(Uint32Array.from(groups).buffer));
}
