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
