import { closeSync } from 'node:fs';
import { IPPROTO } from '../../linux/ip/ip-protocols.js';
import { libcFunction } from '../../linux/libc.js';
import { isErrno } from '../../linux/linux-error.js';
import { AF_INET, openSocket, SOCK_DGRAM, SOCK_STREAM } from '../../linux/socket.js';

const send = libcFunction('long send(int fd, void *buffer, size_t size, int flags)');

/** Octets of struct sock that are looked at: its type and protocol are before its 800th. */
export const SOCKET_IMAGE = 1024;

/** send(2). */
const MSG_NOSIGNAL = 0x4000;
/** Type and protocol of each socket that is made. */
const KNOWN = [
  [SOCK_STREAM, IPPROTO.tcp],
  [SOCK_DGRAM, IPPROTO.udp],
] as const;

/** Sends nothing to nobody by a socket of TCP and one of UDP, one after the other. */
export function sendInVain(look: () => Buffer): Buffer[] {
  return KNOWN.map(([type]) => {
    const fd = openSocket(AF_INET, type);
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
