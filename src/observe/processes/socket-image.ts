import { closeSync } from 'node:fs';
import { libcFunction } from '../../linux/libc.js';
import { isErrno } from '../../linux/linux-error.js';

const openSocket = libcFunction('int socket(int domain, int type, int protocol)');
const send = libcFunction('long send(int fd, void *buffer, size_t size, int flags)');

/** Octets of struct sock that are looked at: its type and protocol are before its 800th. */
export const SOCKET_IMAGE = 1024;

/** socket(2), send(2). */
const AF_INET = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;
/** Type and protocol of each socket that is made. */
const KNOWN = [
  [1, 6],
  [2, 17],
] as const;

/** Sends nothing to nobody by a socket of TCP and one of UDP, one after the other. */
export function sendInVain(look: () => Buffer): Buffer[] {
  return KNOWN.map(([type]) => {
    const fd = openSocket(AF_INET, type | SOCK_CLOEXEC, 0);
    try {
      send(fd, null, 0, MSG_NOSIGNAL);
    } catch (error) {
      if (!isErrno(error, 'EPIPE', 'ENOTCONN', 'EDESTADDRREQ')) throw error;
    } finally {
      closeSync(fd);
    }
    return look();
  });
}

/**
 * Where struct sock has its protocol, of 16 bits, beside its type of as many (sk_protocol, sk_type; include/net/sock.h): found
 * by the images of sockets whose type and protocol are known.
 * @returns undefined where there is no such place, or more than one
 */
export function protocolOffset(images: readonly Buffer[]): number | undefined {
  const places = Array.from({ length: SOCKET_IMAGE / 2 - 2 }, (_, index) => 2 + index * 2).filter((at) =>
    [at - 2, at + 2].some((beside) =>
      KNOWN.every(([type, protocol], index) => {
        const image = images[index];
        return image?.readUInt16LE(at) === protocol && image.readUInt16LE(beside) === type;
      }),
    ),
  );
  return places.length === 1 ? places[0] : undefined;
}
