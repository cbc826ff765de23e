import { fstatSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

const STANDARD: ReadonlyMap<string, number> = new Map([
  ['stdin', 0],
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
  const [, name = '', number] = /^\/dev\/(stdin|stdout|stderr)$|^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path) ?? [];
  const descriptor = number === undefined ? STANDARD.get(name) : Number(number);
  if (descriptor === undefined) return false;
  const kind = fstatSync(descriptor);
  // Opened anew, a pipe or terminal blocks; the descriptor that we were given may not, and would then refuse (EAGAIN).
  if (kind.isFIFO() || kind.isCharacterDevice()) await writeFile(path, text);
  else writeFileSync(descriptor, text);
  return true;
}
