import { libcFunction } from './libc.js';

const socket = libcFunction('int socket(int domain, int type, int protocol)');

/** Address families, linux/socket.h. */
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;

/** Types, linux/net.h. */
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;

/** What a type can have in it besides, socket(2). */
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;

/** The level of setsockopt(2) that is every socket's, socket(7); and how send(2) and recv(2) do not wait. */
export const SOL_SOCKET = 1;
export const MSG_DONTWAIT = 0x40;

/** The descriptor of a new socket, closed on exec. @throws {LinuxError} socket */
export const openSocket = (family: number, type: number, protocol = 0): number =>
  socket(family, type | SOCK_CLOEXEC, protocol);
