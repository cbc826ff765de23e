import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The pid of a running netmeter's guardian. */
export const guardianOf = (netmeter: ChildProcess): number =>
  Number(readdirSync('/proc').find((pid) => isGuardianOf(pid, netmeter.pid ?? 0)));

function isGuardianOf(pid: string, parent: number): boolean {
  if (!/^\d+$/.test(pid) || !existsSync(`/proc/${pid}/stat`)) return false;
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  return (
    words.includes('guardian/guardian.sh') && Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent
  );
}
