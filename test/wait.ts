import { type ChildProcess, spawn } from 'node:child_process';
import { type EventEmitter, once as onceOf } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** The one limit of every wait: no measure of speed, but what says that something hangs, on the slowest machine too. */
export const WAIT_MS = 120_000;

/** The one limit of a program that ends by itself. */
export const RUN_MS = 3 * WAIT_MS;

/** The one limit of a test, which is made of waits and of work. */
export const TEST_MS = 900_000;

/** What an emitter says when it will say nothing more. */
const LAST = ['end', 'close'] as const;

/**
 * Waits for an event, as node's `once` does, but never without an end: it fails when the stream ended before, and after
 * {@link WAIT_MS}, with what was awaited.
 */
export function once(emitter: EventEmitter, event: string): Promise<unknown[]> {
  const over = new AbortController();
  const vain = new Error();
  Error.captureStackTrace(vain, once);
  const ends = event === 'data' || event === 'line' ? LAST.map((last) => onceOf(emitter, last, over)) : [];
  const awaited = Promise.race([
    onceOf(emitter, event, over),
    ...ends.map((end) => end.then(() => fail(vain, `the stream ended before its '${event}'`))),
    pause(WAIT_MS, undefined, { signal: over.signal, ref: false }).then(() =>
      fail(vain, `waited ${WAIT_MS / 1000} s in vain for '${event}' of ${nameOf(emitter)}`),
    ),
  ]).finally(() => over.abort());
  // Who started to wait early, and failed for another reason meanwhile, does not hear of it.
  awaited.catch(() => {});
  return awaited;
}

/** Waits until a condition holds, and says what it was when it never does. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${WAIT_MS / 1000} s in vain until ${what}`);
    await pause(20);
  }
}

/** Lets time pass where time is the subject: a moment of chance, a gap in a record. What can be waited for is not awaited so. */
export const letPass = (ms: number): Promise<void> => pause(ms);

/**
 * Lets a run look at what is there: what no event reports lasts a second, and on a busy machine as long as it takes there
 * to start Node several times over.
 */
export async function letLook(): Promise<void> {
  await pause(1000);
  for (let start = 0; start < 8; start++) await onceOf(spawn(process.execPath, ['-e', '0']), 'exit');
}

/** Sends a signal again and again, as an impatient user does, until the process has ended. */
export async function signalUntilGone(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown[]> {
  if (child.exitCode !== null || child.signalCode !== null) return [];
  const gone = once(child, 'exit');
  child.kill(signal);
  const again = setInterval(() => child.kill(signal), 100);
  return gone.finally(() => clearInterval(again));
}

function fail(error: Error, message: string): never {
  error.message = message;
  throw error;
}

const nameOf = (emitter: EventEmitter) =>
  'spawnargs' in emitter ? (emitter as ChildProcess).spawnargs.join(' ').slice(0, 300) : emitter.constructor.name;
