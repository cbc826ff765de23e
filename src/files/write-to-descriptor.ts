import { write } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const writeSome = promisify(write);

/** How soon a full pipe is tried again that was handed to us so that it does not wait (O_NONBLOCK). */
const RETRY_MS = 10;

/**
 * Writes to a descriptor that we were given, from where it stands. Opened anew, a file's content would be lost, and a pipe
 * might be another's.
 * @throws the error of the system: EBADF, EPIPE, ENOSPC ...
 */
export async function writeToDescriptor(fd: number, text: string): Promise<void> {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      const { bytesWritten } = await writeSome(fd, rest);
      rest = rest.subarray(bytesWritten);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await pause(RETRY_MS);
    }
  }
}
