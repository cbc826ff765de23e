import { readdirSync, readFileSync } from 'node:fs';

/** A process that runs a program: neither a zombie nor a thread of the kernel's. `startedAt` (clock ticks since boot) tells it from a later one of the same number. */
export type Process = { readonly pid: number; readonly parent: number; readonly startedAt: number };

/** Lists all processes that /proc shows, from /proc/PID/stat (proc(5)), which everybody may read. */
export function readProcesses(): Process[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    const found = parseStat(Number(entry), readText(`/proc/${entry}/stat`));
    return found ? [found] : [];
  });
}

/** PF_KTHREAD of <linux/sched.h>. */
const KERNEL_THREAD = 0x00200000;

/** Parses the text of /proc/PID/stat; undefined for a process that has ended, or has no program. */
export function parseStat(pid: number, text: string): Process | undefined {
  // The second field is the program's name in brackets, which may hold spaces and brackets itself.
  const [state, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [flags, startedAt] = [rest[4], rest[17]];
  if (state === undefined || /^[ZX]/.test(state) || startedAt === undefined) return undefined;
  if ((Number(flags) & KERNEL_THREAD) !== 0) return undefined;
  return { pid, parent: Number(parent), startedAt: Number(startedAt) };
}

/** What a process was started with, each variable ended by a NUL; empty where it cannot be read. */
export const readEnvironment = (pid: number) => readText(`/proc/${pid}/environ`);

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
