import { setTimeout as pause } from 'node:timers/promises';
import { endProcesses } from '../command/end-processes.js';
import type { Milliseconds } from '../units.js';

export type TreeWait = {
  readonly processes: () => readonly number[];
  readonly grace: Milliseconds;
  /** End what is left now instead of waiting for it. */
  readonly endNow: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly hurry?: AbortSignal | undefined;
};

/** Polled ever more seldom: most trees are gone with their root, the others last. */
const FIRST_POLL_MS = 10;
const LAST_POLL_MS = 250;

/**
 * Waits until the scope's last process has ended, or ends them.
 * @returns true when processes had to be ended
 */
export async function waitForTree({ processes, grace, endNow, signal, hurry }: TreeWait): Promise<boolean> {
  for (let poll = FIRST_POLL_MS; processes().length > 0; poll = Math.min(poll * 1.5, LAST_POLL_MS)) {
    if (endNow || signal?.aborted) {
      await endProcesses(processes, grace, { hurry });
      return true;
    }
    await pause(poll, undefined, signal ? { signal } : {}).catch(() => {});
  }
  return false;
}
