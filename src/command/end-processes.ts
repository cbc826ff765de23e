import { setTimeout as pause } from 'node:timers/promises';
import type { Milliseconds } from '../units.js';

const POLL_MS = 20;
/** A process that the kernel cannot end (uninterruptible sleep) must not hold us for ever. */
const KILL_TRIES = 250;

export type EndOptions = {
  /** Aborted: no more grace. */
  readonly hurry?: AbortSignal | undefined;
  /** Who has had a SIGTERM already: many programs take a second one for impatience. */
  readonly struck?: ReadonlySet<number>;
  /** Ends at once, with a SIGKILL, those that the kernel keeps together. */
  readonly kill?: () => void;
};

/**
 * Ends processes: SIGTERM, then SIGKILL to what is left after `grace`, until none is left.
 * @param list the processes that live now; asked again after each signal, because they may fork meanwhile
 */
export async function endProcesses(
  list: () => readonly number[],
  grace: Milliseconds,
  { hurry, struck = new Set(), kill }: EndOptions = {},
): Promise<void> {
  signalAll(
    list().filter((pid) => !struck.has(pid)),
    'SIGTERM',
  );
  // A stopped process would not see its SIGTERM.
  signalAll(list(), 'SIGCONT');
  const deadline = performance.now() + grace;
  while (performance.now() < deadline && !hurry?.aborted) {
    if (list().length === 0) return;
    await pause(POLL_MS);
  }
  for (let tries = 0; tries < KILL_TRIES; tries++) {
    const left = list();
    if (left.length === 0) return;
    kill?.();
    signalAll(left, 'SIGKILL');
    await pause(POLL_MS);
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself.
    }
  }
}
