import { readdirSync, readlinkSync } from 'node:fs';

/**
 * Pids of the processes in a network namespace. Links of other users' processes need CAP_SYS_PTRACE.
 * @param namespace its identity; none: nobody is in it
 * @param own netmeter's own processes there, left out
 */
export function namespaceMembers(namespace: string | undefined, own: readonly number[]): number[] {
  if (namespace === undefined) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && networkOf(entry) === namespace)
    .map(Number)
    .filter((pid) => !own.includes(pid));
}

/** The identity of a process' network namespace ("net:[4026531840]"); undefined when the process is gone or a zombie. */
export function networkOf(pid: number | string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
