import { closeSync } from 'node:fs';
import { lockFile } from '../../linux/file-lock.js';
import { pauseThread } from '../tools/pause-thread.js';
import { openLock } from './note-files.js';

/**
 * Runs `work` while no other run on this host decides about what they share. Who cannot get the lock in time goes on without:
 * its holder may have been stopped.
 */
export function alone<T>(work: () => T): T {
  const fd = openedLock();
  try {
    for (let tries = 0; fd !== undefined && !lockFile(fd) && tries < MOST_TRIES; tries++) pauseThread(2);
    return work();
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

const MOST_TRIES = 1000;

function openedLock(): number | undefined {
  try {
    return openLock();
  } catch {
    return undefined;
  }
}
