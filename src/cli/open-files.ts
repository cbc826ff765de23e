import { readFileSync } from 'node:fs';

/**
 * The soft limit of open files that the command would have without us. Node raises its own to the hard limit, and a
 * program that closes every possible descriptor, or uses select(2), would notice; our parent still has the old one.
 * @returns undefined when it was not raised
 */
export function originalOpenFiles(parent: number): number | undefined {
  const before = softLimit(`${parent}`);
  const now = softLimit('self');
  return before !== undefined && now !== undefined && before < now ? before : undefined;
}

function softLimit(pid: string): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'latin1'))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
