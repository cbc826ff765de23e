import { readlinkSync } from 'node:fs';
import { namespaceMembers } from './namespace-members.js';

/** How many other processes live in a process' network namespace; null: it may not be looked into. */
export function sharersOf(pid: number): number | null {
  try {
    readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return null;
  }
  return namespaceMembers(pid, [pid]).length;
}
