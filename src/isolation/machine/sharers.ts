import { readlinkSync } from 'node:fs';
import { pid as ownPid } from 'node:process';
import { readProcesses } from './read-processes.js';

/** Where it is read from; the kernel by default. */
type Source = { readonly list: () => readonly { readonly pid: number }[]; readonly link: (file: string) => string };

const kernel: Source = { list: readProcesses, link: (file) => readlinkSync(file) };

/** The process that every pid namespace has. */
const FIRST = 1;

/**
 * How many other processes live in a process' network namespace, netmeter itself left out; null: not every process may
 * be looked into, which takes CAP_SYS_PTRACE for other users' ones, or /proc does not show them all (`hidepid`, proc(5)):
 * then the first of all is not there either.
 */
export function sharersOf(pid: number, { list, link }: Source = kernel): number | null {
  try {
    const own = link(`/proc/${pid}/ns/net`);
    const shown = list();
    if (!shown.some((each) => each.pid === FIRST)) return null;
    const others = shown.filter((other) => other.pid !== pid && other.pid !== ownPid);
    return others.filter((other) => networkOf(other.pid, link) === own).length;
  } catch {
    return null;
  }
}

/** Undefined for a process that has ended meanwhile. @throws the error of a process that may not be looked into */
function networkOf(pid: number, link: Source['link']): string | undefined {
  try {
    return link(`/proc/${pid}/ns/net`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
