import type { ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readText } from '../../src/isolation/tools/read-text.js';

/** The pid of a running netmeter's guardian. */
export const guardianOf = (netmeter: ChildProcess): number =>
  Number(readdirSync('/proc').find((pid) => isGuardianOf(pid, netmeter.pid ?? 0)));

/** Others may end while they are looked at. */
function isGuardianOf(pid: string, parent: number): boolean {
  if (!/^\d+$/.test(pid) || !readText(`/proc/${pid}/cmdline`)?.includes('guardian/guardian.sh')) return false;
  const stat = readText(`/proc/${pid}/stat`) ?? '';
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
}
