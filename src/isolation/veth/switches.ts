import { writeFileSync } from 'node:fs';
import { alone } from '../notes/alone.js';
import { readNotes, relinquish } from '../notes/read-notes.js';
import { readText } from '../tools/read-text.js';

/** A sysctl of one digit, below /proc/sys/net; undefined: there is none, or its device has gone. */
export const readSwitch = (key: string): string | undefined => readText(`/proc/sys/net/${key}`)?.trim();

export function writeSwitch(key: string, value: 0 | 1): void {
  const now = readSwitch(key);
  if (now !== undefined && now !== `${value}`) writeFileSync(`/proc/sys/net/${key}`, `${value}`);
}

/** Which of these other living runs keep switched on. @param own this run's first link */
export function reliedOn(keys: readonly string[], own: string): readonly string[] {
  const theirs = new Set(readNotes(own).living.flatMap((changes) => changes.keys));
  return keys.filter((key) => theirs.has(key));
}

/** Switches off what no other run relies on. @param own this run's first link, whose note no longer counts */
export function switchOff(keys: readonly string[], own: string): void {
  if (keys.length === 0) return;
  alone(() => {
    const needed = reliedOn(keys, own);
    for (const key of keys) if (!needed.includes(key)) writeSwitch(key, 0);
    // Its note is there for a while yet. Two runs that end together must not leave a switch to each other.
    relinquish(keys, own);
  });
}

/** Switches on. @param note notes it before, so that nobody switches off meanwhile */
export function switchOn(keys: readonly string[], note: () => void): void {
  alone(() => {
    note();
    for (const key of keys) writeSwitch(key, 1);
  });
}
