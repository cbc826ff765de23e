import { readFileSync } from 'node:fs';

/** A title that a program has written over its words (npm, sshd) leaves the rest of their room empty. */
const PADDING = /\0{3,}$/;

/** What a process was started with, or calls itself (/proc/PID/cmdline, proc(5)); undefined: it is gone, or a zombie. */
export function readCommandLine(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return text === '' ? undefined : text.replace(PADDING, '').replace(/\0$/, '').split('\0');
  } catch {
    return undefined;
  }
}
