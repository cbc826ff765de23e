import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import { NetmeterError } from '../errors.js';
import type { Behalf } from './behalf.js';
import { HeldPlace } from './held-place.js';
import { readRegular } from './read-found.js';

/** A pipe whose writer says nothing for so long is given up. */
const IDLE_MS = 60_000;

/**
 * Reads a text that was given by its path, with the rights that are due: a regular file, or a pipe that somebody writes to,
 * as the shell's <(...) makes. Only a file is read at once; a pipe is waited for without holding up the rest.
 * @param signal aborted: the wait ends
 * @throws {NetmeterError} INTERRUPTED; the error of the system, or an Error with the reason
 */
export async function readInput(path: string, behalf: Behalf, signal?: AbortSignal): Promise<string> {
  using place = HeldPlace.find(path, behalf);
  const { descriptor } = place;
  const fd = descriptor ?? place.open(constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  const stats = fstatSync(fd);
  if (!stats.isFIFO() && !stats.isSocket()) return textOf(readRegular(fd));
  return textOf(await readPipe(fd, descriptor === undefined ? firstOf(fd) : Buffer.alloc(0), signal));
}

/**
 * Reads a text that nobody named, by the rights that are due: what is no regular file is not waited for.
 * @throws the error of the system, or an Error with the reason
 */
export function readFoundInput(path: string, behalf: Behalf): string {
  using place = HeldPlace.find(path, behalf);
  return textOf(readRegular(place.open(constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)));
}

/**
 * What a pipe that was opened by its name has to say at once: its end can be distinguished from silence by reading alone, for
 * epoll(7) reports no end of a pipe that never had a writer.
 */
function firstOf(fd: number): Buffer {
  const buffer = Buffer.alloc(1);
  try {
    if (readSync(fd, buffer) > 0) return buffer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return Buffer.alloc(0);
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  throw new Error('it is a pipe that nobody writes to');
}

/** @param first what was read of it already */
function readPipe(fd: number, first: Buffer, signal: AbortSignal | undefined): Promise<Buffer> {
  const pipe = new Socket({ fd, readable: true, writable: false, ...(signal && { signal }) });
  pipe.setTimeout(IDLE_MS, () => pipe.destroy(new Error(`nothing came out of the pipe for ${IDLE_MS / 1000} s`)));
  return new Promise((resolve, reject) => {
    const parts = [first];
    pipe.on('data', (part) => parts.push(part));
    pipe.once('error', (error) =>
      reject(signal?.aborted ? new NetmeterError('INTERRUPTED', 'interrupted before the command started') : error),
    );
    pipe.once('end', () => resolve(Buffer.concat(parts)));
  });
}

/** Other octets would be read as something that nobody has written: a limit on a name would be one on another. */
function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new Error('it is not UTF-8');
}
