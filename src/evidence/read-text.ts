import { readFileSync, readlinkSync } from 'node:fs';

/** The text of a file of /proc; empty for a process that has ended, or may not be looked into. */
export function readText(file: string): string {
  try {
    // Paths of sockets and names of programs are bytes of any kind.
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The network namespace of a process as the kernel calls it; undefined: it has ended, or may not be looked into. */
export function networkOf(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
