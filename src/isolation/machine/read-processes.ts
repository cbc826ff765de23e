import { readdirSync, readFileSync } from 'node:fs';
import { readText } from '../tools/read-text.js';

/** A process that runs a program: neither a zombie nor a thread of the kernel's. `startedAt` (clock ticks since boot) distinguishes it from a later one of the same number. */
export type Process = { readonly pid: number; readonly parent: number; readonly startedAt: number };

/** Lists all processes that /proc shows, from /proc/PID/stat (proc(5)), which anybody may read. */
export function readProcesses(): Process[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    const found = parseStat(Number(entry), readText(`/proc/${entry}/stat`) ?? '');
    return found ? [found] : [];
  });
}

/** Whether a process of this number runs a program now. */
export const isRunning = (pid: number): boolean => parseStat(pid, readText(`/proc/${pid}/stat`) ?? '') !== undefined;

/** PF_KTHREAD of <linux/sched.h>. */
const KERNEL_THREAD = 0x00200000;

/** Parses the text of /proc/PID/stat; undefined for a process that has ended, or has no program. */
export function parseStat(pid: number, text: string): Process | undefined {
  const { state, parent, startedAt } = fieldsOf(text);
  if (state === undefined || /^[ZX]/.test(state) || startedAt === undefined) return undefined;
  if (isKernelThread(text)) return undefined;
  return { pid, parent: Number(parent), startedAt: Number(startedAt) };
}

/** Whether the text of a /proc/PID/stat is about a thread of the kernel's. */
export const isKernelThread = (text: string): boolean => (Number(fieldsOf(text).flags) & KERNEL_THREAD) !== 0;

function fieldsOf(text: string) {
  // The second field is the program's name in brackets, which may hold spaces and brackets itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, flags, startedAt, start, end] = [3, 4, 9, 22, 50, 51].map((number) => fields[number - 3]);
  return { state, parent, flags, startedAt, start, end };
}

/**
 * What a process was started with, each variable ended by a NUL; empty where it cannot be read. Undefined in the middle
 * of an exec, when the process has none yet.
 */
export function readEnvironment(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/environ`, 'utf8');
    return text === '' && isStarting(readText(`/proc/${pid}/stat`) ?? '') ? undefined : text;
  } catch {
    return '';
  }
}

/** PF_EXITING of <linux/sched.h>. */
const EXITING = 0x4;

/**
 * Whether a process that has shown no environment is in the middle of an exec, by the text of its /proc/PID/stat: its
 * new memory has no place for one yet (`env_start` and `env_end`, proc(5)), or has got it just now.
 */
export function isStarting(text: string): boolean {
  const { state, flags, start, end } = fieldsOf(text);
  if (end === undefined || /^[ZX]/.test(state ?? '') || (Number(flags) & (EXITING | KERNEL_THREAD)) !== 0) return false;
  return end === '0' || start !== end;
}
