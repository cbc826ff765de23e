import { setTimeout as pause } from 'node:timers/promises';
import type { CommandTree } from './command-tree.js';

export type TreeWait = {
  readonly tree: Pick<CommandTree, 'processes' | 'whenEmpty' | 'end'>;
  /** End what is left now instead of waiting for it. */
  readonly endNow: boolean;
  readonly signal?: AbortSignal | undefined;
};

/** Polled ever more seldom: most trees are gone with their root, the others last. */
const FIRST_POLL_MS = 10;
const LAST_POLL_MS = 250;

/**
 * Waits until the tree's last process has ended, or ends them. What lives in its control group the kernel reports; who is not
 * in it is looked for.
 * @returns true when processes had to be ended
 */
export async function waitForTree({ tree, endNow, signal }: TreeWait): Promise<boolean> {
  if (!endNow) await tree.whenEmpty(signal);
  for (let poll = FIRST_POLL_MS; tree.processes().length > 0; poll = Math.min(poll * 1.5, LAST_POLL_MS)) {
    if (endNow || signal?.aborted) {
      await tree.end();
      return true;
    }
    await pause(poll, undefined, signal ? { signal } : {}).catch(() => {});
  }
  return false;
}
