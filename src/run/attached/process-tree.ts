import { pid as ownPid } from 'node:process';
import { type Process, readProcesses } from '../../isolation/machine/read-processes.js';

/** A process and all that descend from it, as far as their parents show: who has lost its parent is not found. */
export function treeOf(pid: number, list: () => readonly Process[] = readProcesses): ReadonlySet<number> {
  const all = list();
  const tree = new Set([pid]);
  for (let before = 0; before < tree.size; ) {
    before = tree.size;
    for (const process of all) if (tree.has(process.parent)) tree.add(process.pid);
  }
  return tree;
}

/** Parents before their children, netmeter itself left out. */
export function byAge(members: readonly number[]): number[] {
  const wanted = new Set(members);
  wanted.delete(ownPid);
  const found = readProcesses().filter(({ pid }) => wanted.has(pid));
  return found.sort((a, b) => a.startedAt - b.startedAt || a.pid - b.pid).map(({ pid }) => pid);
}
