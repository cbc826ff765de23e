import { readdirSync, readlinkSync } from 'node:fs';

/**
 * Pids of the processes in a process' network namespace. Links of other users' processes need CAP_SYS_PTRACE.
 * @param own netmeter's own processes there, left out
 */
export function namespaceMembers(holder: number, own: readonly number[]): number[] {
  const namespace = networkOf(`${holder}`);
  if (namespace === undefined) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && networkOf(entry) === namespace)
    .map(Number)
    .filter((pid) => !own.includes(pid));
}

/** The namespace's identity ("net:[4026531840]"); undefined when the process is gone or a zombie. */
function networkOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
