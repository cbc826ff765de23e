import { readFileSync } from 'node:fs';
import { FEW_FILES_CURE, NetmeterError } from '../errors.js';

/** Node's own, the kernel's counters, helpers, traces: a run has some 50 open. */
const NEEDED = 64;

/** @throws {NetmeterError} SETUP_FAILED when a run is sure to need more open files than it may have */
export function requireOpenFiles(limit = softLimit('self')): void {
  if (limit === undefined || limit >= NEEDED) return;
  throw new NetmeterError('SETUP_FAILED', `only ${limit} files may be open at once, and a run needs ${NEEDED}`, {
    cure: FEW_FILES_CURE,
  });
}

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
