import { setTimeout as sleep } from 'node:timers/promises';
import type { Activity } from '../command/read-activity.js';

export type OwnEnd = {
  /** What the tree does now. */
  readonly look: () => Activity;
  /** How long it may go on working. */
  readonly atMostMs: number;
  /** Aborted: it is not waited for any longer. */
  readonly hurry?: AbortSignal | undefined;
  /** The machine's by default. */
  readonly clock?: Clock;
};

type Clock = { readonly now: () => number; readonly pause: (ms: number, signal?: AbortSignal) => Promise<void> };

const machineClock: Clock = {
  now: () => performance.now(),
  pause: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => {}),
};

const LOOK_MS = 20;

/** A tree that did nothing at all in so many looks waits for something. A second, beyond TCP's first repetitions. */
const LOOKS_AT_REST = 50;

/**
 * Lets a tree that was refused its network end by itself, with its own error, however slow the machine is: it is over when
 * it has ended, or when it does not work towards that: each of its threads sleeps, in one look after the other.
 */
export async function awaitOwnEnd({ look, atMostMs, hurry, clock = machineClock }: OwnEnd): Promise<void> {
  const until = clock.now() + atMostMs;
  let rest = 0;
  for (let before: Activity | undefined; rest < LOOKS_AT_REST && !hurry?.aborted; ) {
    const now = look();
    if (now.processes === 0 || clock.now() > until) return;
    rest = before && isAtRest(before, now) ? rest + 1 : 0;
    before = now;
    await clock.pause(LOOK_MS, hurry);
  }
}

const isAtRest = (before: Activity, now: Activity) =>
  !now.busy && now.cpu === before.cpu && now.processes === before.processes;
