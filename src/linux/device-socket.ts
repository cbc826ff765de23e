import { closeSync } from 'node:fs';
import { addressBytes } from './ip/ip-address.js';
import { libcFunction } from './libc.js';
import { AF_INET, AF_INET6, openSocket, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_STREAM, SOL_SOCKET } from './socket.js';

const setsockopt = libcFunction('int setsockopt(int fd, int level, int name, void *value, unsigned int size)');
const bind = libcFunction('int bind(int fd, void *address, unsigned int size)');

/** socket(7), ipv6(7). */
const TYPES = { tcp: SOCK_STREAM, udp: SOCK_DGRAM } as const;
const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;

export type DeviceAddress = { readonly device: string; readonly address: string; readonly port: number };

/**
 * A socket that hears only what comes in by one device (SO_BINDTODEVICE, socket(7)), whoever can reach its address by
 * another way: by loopback, say. It is bound and does not listen yet; closed on exec, and not blocking.
 * @param port 0: any that is free
 * @returns its descriptor, for the caller to hand on or to close
 * @throws {LinuxError} setsockopt: ENODEV, EPERM without CAP_NET_RAW; bind: EADDRINUSE, EADDRNOTAVAIL
 */
export function openDeviceSocket(protocol: 'tcp' | 'udp', { device, address, port }: DeviceAddress): number {
  // The test of node:net compiles its expressions first, which takes 3 ms.
  const family = address.includes(':') ? AF_INET6 : AF_INET;
  const fd = openSocket(family, TYPES[protocol] | SOCK_NONBLOCK);
  try {
    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device}\0`), device.length + 1);
    // As every listener of Node's has it: what is left of an earlier one does not take the port.
    if (protocol === 'tcp') setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, int(1), 4);
    if (family === AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, int(1), 4);
    const name = socketAddress(family, address, port);
    bind(fd, name, name.length);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** A C int; koffi has binaries for little-endian machines alone. */
function int(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  return buffer;
}

/** struct sockaddr_in and sockaddr_in6 of <netinet/in.h>. */
function socketAddress(family: number, address: string, port: number): Buffer {
  const octets = addressBytes(address);
  const buffer = Buffer.alloc(family === AF_INET6 ? 28 : 16);
  buffer.writeUInt16LE(family, 0);
  buffer.writeUInt16BE(port, 2);
  octets.copy(buffer, family === AF_INET6 ? 8 : 4);
  return buffer;
}
