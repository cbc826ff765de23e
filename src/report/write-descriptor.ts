import { fstatSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

const STANDARD: ReadonlyMap<string, number> = new Map([
  ['stdout', 1],
  ['stderr', 2],
]);

/**
 * Writes to one of our own descriptors, named by its path: /dev/stdout, /dev/fd/N, /proc/self/fd/N. A file there is
 * written on from where the command left off; opened anew by its name, its content would be lost.
 * @returns false when the path names no descriptor
 * @throws {Error} of the system: EBADF, ENOSPC ...
 */
export async function writeDescriptor(path: string, text: string): Promise<boolean> {
  const [, name = '', number] = /^\/dev\/(stdout|stderr)$|^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path) ?? [];
  const descriptor = number === undefined ? STANDARD.get(name) : Number(number);
  if (descriptor === undefined) return false;
  // Opened anew, a pipe waits for its reader; the descriptor that we were given may not, and refuse (EAGAIN).
  if (fstatSync(descriptor).isFIFO()) await writeFile(path, text);
  else writeFileSync(descriptor, text);
  return true;
}
