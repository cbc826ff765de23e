import { readFileSync } from 'node:fs';
import { findCommand } from './find-command.js';

/**
 * Sends SIGTERM to a running child of ours and its descendants, by the package tree-kill. It asks ps for each process's
 * children, and without a ps it would end the whole program by an error that nobody can catch.
 * @param path where ps is looked for, as the package will
 * @returns whom it has signalled; none where there is no ps
 */
export async function strikeTree(pid: number, path: string | undefined): Promise<ReadonlySet<number>> {
  if (!hasPs(path)) return new Set();
  const struck = new Set([pid, ...descendants(pid)]);
  const { default: treeKill } = await import('tree-kill');
  await new Promise<void>((resolve) => treeKill(pid, 'SIGTERM', () => resolve()));
  return struck;
}

function hasPs(path: string | undefined): boolean {
  try {
    findCommand('ps', path);
    return true;
  } catch {
    return false;
  }
}

/** The same as ps will find; where the kernel does not list children they are signalled twice. */
function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    return children === ''
      ? []
      : children.split(' ').flatMap((child) => [Number(child), ...descendants(Number(child))]);
  } catch {
    return [];
  }
}
