import { closeSync } from 'node:fs';
import { libcFunction } from './libc.js';
import { isErrno } from './linux-error.js';
import { AF_INET, openSocket, SOCK_DGRAM, SOL_SOCKET } from './socket.js';

const getsockopt = libcFunction('int getsockopt(int fd, int level, int name, void *value, void *size)');

/** socket(7). */
const SO_NETNS_COOKIE = 71;

/**
 * The number by which BPF knows the calling thread's network namespace; no other has had it since the machine's start.
 * @param ask getsockopt(2). @returns undefined before Linux 5.14, which has none
 */
export function netnsCookie(ask: typeof getsockopt = getsockopt): bigint | undefined {
  const fd = openSocket(AF_INET, SOCK_DGRAM);
  try {
    const [value, size] = [Buffer.alloc(8), Buffer.from([8, 0, 0, 0])];
    ask(fd, SOL_SOCKET, SO_NETNS_COOKIE, value, size);
    return value.readBigUInt64LE();
  } catch (error) {
    if (isErrno(error, 'ENOPROTOOPT')) return undefined;
    throw error;
  } finally {
    closeSync(fd);
  }
}
