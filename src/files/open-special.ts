import { closeSync, constants, openSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const FOR_WRITING = constants.O_WRONLY | constants.O_NOCTTY;
/** A reader that is started beside netmeter is there by then; one that is never started must not hold a job up for ever. */
const READER_MS = 30_000;
const LOOK_MS = 20;

type Opening = {
  /** Runs `work` by the rights of whoever it is written for. */
  readonly as?: <T>(work: () => T) => T;
  readonly atMostMs?: number;
};

/**
 * Opens a pipe or device for writing. A FIFO waits for its reader (fifo(7)), as long as one is likely to come.
 * @throws the error of the system; an Error where no reader came
 */
export async function openSpecial(path: string, { as, atMostMs = READER_MS }: Opening = {}): Promise<FileHandle> {
  const find = () => (as ? as(() => openIfRead(path)) : openIfRead(path));
  let found = find();
  for (const end = performance.now() + atMostMs; found === undefined; found = find()) {
    if (performance.now() > end) throw new Error(`nobody reads from this pipe (waited ${atMostMs / 1000} s)`);
    await pause(LOOK_MS);
  }
  try {
    return await open(path, FOR_WRITING);
  } finally {
    // Only now: a reader takes the end of its last writer for the end of all.
    closeSync(found);
  }
}

/** Only the kernel knows: a FIFO without a reader is no such device (ENXIO). */
function openIfRead(path: string): number | undefined {
  try {
    return openSync(path, FOR_WRITING | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') return undefined;
    throw error;
  }
}
