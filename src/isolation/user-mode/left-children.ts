import { kill } from 'node:process';
import { watchLife } from '../machine/process-life.js';
import { childrenOf } from '../tools/holders/find-stopped.js';

/** Children of a process, which outlive it where it is killed. @returns what ends those that still live then */
export function leftChildren(parent: number): () => void {
  const ends = childrenOf(parent).flatMap((pid) => endOf(pid) ?? []);
  return () => {
    for (const end of ends) end();
  };
}

function endOf(pid: number): (() => void) | undefined {
  try {
    const isSame = watchLife(pid);
    return () => void (isSame() && killed(pid));
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function killed(pid: number): void {
  try {
    kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
