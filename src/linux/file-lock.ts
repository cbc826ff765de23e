import { libcFunction } from './libc.js';
import { isErrno } from './linux-error.js';

// The same registers as for a function of fixed arguments, on all that Node runs on under Linux.
const fcntl = libcFunction('int fcntl(int fd, int command, void *lock)');

/** asm-generic/fcntl.h. */
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const F_RDLCK = 0;
const F_WRLCK = 1;

/** struct flock: l_type and l_whence (16 bits each), l_start and l_len (64 bits, aligned), l_pid. */
const SIZE = 32;

/**
 * Locks a whole file, as long as its open description lives (F_OFD_SETLK, fcntl(2)): until the descriptor and all copies
 * of it are closed, however their processes end. Only who may write to the file can take it, for the descriptor must have
 * been opened for writing.
 * @returns false when somebody has it
 * @throws {LinuxError} EBADF: it is not open for writing; ENOLCK: a network filesystem without a lock server
 */
export function lockFile(fd: number): boolean {
  const lock = Buffer.alloc(SIZE);
  lock.writeInt16LE(F_WRLCK);
  try {
    fcntl(fd, F_OFD_SETLK, lock);
    return true;
  } catch (error) {
    if (isErrno(error, 'EAGAIN', 'EACCES')) return false;
    throw error;
  }
}

/**
 * Whether what keeps a file from being locked so is a lock for reading: one that who may only read the file can take, too.
 * @throws {LinuxError} as {@link lockFile}
 */
export function isReadLocked(fd: number): boolean {
  const lock = Buffer.alloc(SIZE);
  lock.writeInt16LE(F_WRLCK);
  fcntl(fd, F_OFD_GETLK, lock);
  return lock.readInt16LE() === F_RDLCK;
}
