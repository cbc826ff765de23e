import { setTimeout } from 'node:timers/promises';

/** When {@link takeTicks} ticks; `now` (Unix time in ms) and `sleep` are the machine’s by default. */
export type TickOptions = {
  readonly intervalMs: number;
  /** The last tick comes this long after the first. Default: when the signal says so. */
  readonly forMs?: number;
  /** Brings the last tick forward to now. */
  readonly signal: AbortSignal;
  readonly now?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
};

/**
 * Ticks now, at each multiple of the interval behind now, and at the end. A tick that is late, because the machine was busy
 * or asleep, makes no other one late, and what was missed is not caught up with.
 */
export async function* takeTicks({
  intervalMs,
  forMs = Infinity,
  signal,
  ...clock
}: TickOptions): AsyncGenerator<void> {
  const { now = () => performance.now(), sleep = sleepUnless } = clock;
  const start = now();
  const end = start + forMs;
  yield;
  // A timer may be early by a part of a millisecond: the number of the tick must grow all the same.
  for (let tick = 1; forMs > 0; tick = Math.max(tick + 1, Math.floor((now() - start) / intervalMs) + 1)) {
    const due = Math.min(start + tick * intervalMs, end);
    if (!signal.aborted) await sleep(Math.max(0, due - now()), signal);
    // Asked before: a signal that comes while this tick's sample is being written has its own, the last.
    const isLast = signal.aborted || due === end;
    yield;
    if (isLast) return;
  }
}

async function sleepUnless(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
