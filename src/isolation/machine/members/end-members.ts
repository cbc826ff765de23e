import { kill } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 5;
/** A process that the kernel cannot end (uninterruptible sleep) must not hold us for ever. */
const MOST_TRIES = 400;
/** They may fork while they are listed: one list that is empty proves nothing. */
const EMPTY_LISTS = 3;

/** Ends whoever `list` names, whatever they fork meanwhile, until there is nobody. */
export async function endMembers(list: () => readonly number[]): Promise<void> {
  for (let tries = 0, empty = 0; tries < MOST_TRIES && empty < EMPTY_LISTS; tries++) {
    const members = list();
    empty = members.length === 0 ? empty + 1 : 0;
    for (const pid of members) {
      try {
        kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    if (empty === 0) await pause(POLL_MS);
  }
}
