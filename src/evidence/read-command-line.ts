import { readFileSync } from 'node:fs';

/** What a process was started with (/proc/PID/cmdline, proc(5)); undefined: it is gone, or a zombie. */
export function readCommandLine(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return text === '' ? undefined : text.replace(/\0$/, '').split('\0');
  } catch {
    return undefined;
  }
}
