import { constants, openSync } from 'node:fs';
import { libcFunction } from './libc.js';

const linkat = libcFunction('int linkat(int from, const char *path, int to, const char *name, int flags)');

/** asm-generic/fcntl.h, linux/fcntl.h: O_TMPFILE holds O_DIRECTORY, whose number is the architecture's own. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
const AT_FDCWD = -100;
const AT_SYMLINK_FOLLOW = 0x400;

/**
 * Opens a file for reading and appending that nobody finds until it is given a name, and that goes with its descriptor.
 * @throws EOPNOTSUPP: the filesystem has none
 */
export const unnamedFile = (folder: string, mode: number): number =>
  openSync(folder, O_TMPFILE | constants.O_RDWR | constants.O_APPEND, mode);

/** @throws {LinuxError} linkat: EEXIST; ENOENT where /proc is not mounted */
export const giveName = (fd: number, path: string): void =>
  void linkat(AT_FDCWD, `/proc/self/fd/${fd}`, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
