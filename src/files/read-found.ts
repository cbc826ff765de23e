import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/**
 * Reads a file that nobody named, and that is looked at in passing: what is no regular file is not waited for.
 * @throws the error of the system, or an Error with the reason
 */
export const readFound = (path: string): string =>
  readRegular(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)).toString('utf8');

/** Reads the rest of a regular file, and closes it. @throws the error of the system, or an Error with the reason */
export function readRegular(fd: number): Buffer {
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() && !stats.isDirectory()) throw new Error('it is no regular file');
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}
