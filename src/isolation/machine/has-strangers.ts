import { readdirSync, readFileSync } from 'node:fs';

/** PF_KTHREAD, linux/sched.h: of field 9 of /proc/PID/stat (proc(5)). */
const PF_KTHREAD = 0x200000;

/** The pids that there are. */
export const listPids = (): ReadonlySet<string> => new Set(readdirSync('/proc').filter((name) => /^\d+$/.test(name)));

/**
 * Whether somebody who came after `known` may be a run's, by its mark: whoever shows it, or shows no environment, as in the
 * middle of an exec.
 */
export function hasStrangers(run: string, known: ReadonlySet<string>): boolean {
  const mark = `\0NETMETER_RUN=${run}\0`;
  return [...listPids()].some((pid) => !known.has(pid) && isSuspect(pid, mark));
}

function isSuspect(pid: string, mark: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
    return environment === '' ? !isOver(pid) : `\0${environment}`.includes(mark);
  } catch {
    return false;
  }
}

/** It is a thread of the kernel, or has ended. */
function isOver(pid: string): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [state = '', , , , , , flags] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return /[ZX]/.test(state) || (Number(flags) & PF_KTHREAD) !== 0;
}
