import { appendFileSync, rmSync } from 'node:fs';
import type { HostChanges } from './host-changes.js';
import { isHeld, lineOf, type Noted, noteFiles, ownNamespaces, readNote } from './note-files.js';

/** What living runs in this namespace rely on, and what dead ones have left, wherever they were. */
export type Notes = { readonly living: readonly HostChanges[]; readonly dead: readonly DeadNote[] };
export type DeadNote = { readonly changes: Noted; readonly forget: () => void };

/** @param own this run's, which is left out */
export function readNotes(own?: string): Notes {
  const living: HostChanges[] = [];
  const dead: DeadNote[] = [];
  const { network } = ownNamespaces();
  for (const file of noteFiles()) {
    const noted = readNote(file);
    // Killed before it had changed anything.
    if (!noted && !isHeld(file)) rmSync(file, { force: true });
    const isOwn = noted?.network === network && noted.link === own;
    if (!noted || isOwn) continue;
    if (!isHeld(file)) dead.push({ changes: noted, forget: () => rmSync(file, { force: true }) });
    else if (noted.network === network) living.push(noted);
  }
  return { living, dead };
}

/**
 * Strikes switches out of a living run's note, for the others to see. For whoever holds the lock of {@link alone}.
 * @param own the run's first link
 */
export function relinquish(keys: readonly string[], own: string): void {
  const { network } = ownNamespaces();
  for (const file of noteFiles()) {
    const noted = readNote(file);
    if (noted?.link !== own || noted.network !== network) continue;
    appendFileSync(file, lineOf({ ...noted, keys: noted.keys.filter((key) => !keys.includes(key)) }));
  }
}
