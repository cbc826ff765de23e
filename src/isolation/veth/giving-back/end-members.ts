import { kill } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 5;
/** A process that the kernel cannot end (uninterruptible sleep) must not hold us for ever. */
const MOST_TRIES = 400;

/** Ends whoever `list` names, whatever they fork meanwhile, until there is nobody. */
export async function endMembers(list: () => readonly number[]): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const members = list();
    if (members.length === 0) return;
    for (const pid of members) {
      try {
        kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    await pause(POLL_MS);
  }
}
