import { libcFunction } from '../libc.js';
import { isErrno, LinuxError } from '../linux-error.js';
import { AF_NETLINK, MSG_DONTWAIT, openSocket, SOCK_RAW, SOL_SOCKET } from '../socket.js';

const setsockopt = libcFunction('int setsockopt(int fd, int level, int name, void *value, unsigned int size)');
const bindAddress = libcFunction('int bind(int fd, void *address, unsigned int size)');
const sendBytes = libcFunction('long send(int fd, void *buffer, size_t size, int flags)');
const receiveBytes = libcFunction('long recv(int fd, void *buffer, size_t size, int flags)');
const pollDescriptors = libcFunction('int poll(void *fds, unsigned long count, int timeout)');

const MSG_TRUNC = 0x20;
const POLLIN = 1;

/** A level of setsockopt(2). */
const SOL_NETLINK = 270;

/** Options by level: socket(7), netlink(7). */
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;

/** Room for what is sent together, and for the acknowledgements of it, which come before the call returns. */
const KERNEL_BUFFER = 8 << 20;

/**
 * The descriptor of a new netlink socket, closed on exec.
 * @param filters the kernel leaves out of lists what the request says (Linux 4.20; before, it lists all)
 * @throws {LinuxError} socket: EPROTONOSUPPORT
 */
export function openDescriptor(protocol: number, filters = false): number {
  const fd = openSocket(AF_NETLINK, SOCK_RAW, protocol);
  setOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
  setOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
  if (filters) tryOption(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
  // Without CAP_NET_ADMIN the ordinary size must do.
  for (const name of [SO_SNDBUFFORCE, SO_RCVBUFFORCE]) tryOption(fd, SOL_SOCKET, name, KERNEL_BUFFER);
  return fd;
}

/** Has the socket hear of events. @throws {LinuxError} setsockopt: EPERM for a group, EINVAL there is none of this number */
export function join(fd: number, groups: readonly number[]): void {
  // Without a port of its own, as the first send(2) gives one, it would hear nothing.
  const address = Buffer.alloc(12);
  address.writeUInt16LE(AF_NETLINK);
  bindAddress(fd, address, address.length);
  for (const group of groups) setOption(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
}

function setOption(fd: number, level: number, name: number, value: number): void {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  setsockopt(fd, level, name, buffer, buffer.length);
}

/** Where it may not be, or is not known, it is done without. */
function tryOption(fd: number, level: number, name: number, value: number): void {
  try {
    setOption(fd, level, name, value);
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'ENOPROTOOPT')) throw error;
  }
}

export function send(fd: number, bytes: Buffer): void {
  uninterrupted(() => sendBytes(fd, bytes, bytes.length, 0));
}

/**
 * Takes the next datagram.
 * @param buffer room for it
 * @returns a copy of its bytes; undefined: none is there
 * @throws {LinuxError} recv: EMSGSIZE it is larger than the buffer, ENOBUFS some were lost
 */
export function receive(fd: number, buffer: Buffer): Buffer | undefined {
  try {
    const size = uninterrupted(() => receiveBytes(fd, buffer, buffer.length, MSG_DONTWAIT | MSG_TRUNC));
    if (size > buffer.length) throw new LinuxError('recv', EMSGSIZE, `${size} B`);
    return Buffer.from(buffer.subarray(0, size));
  } catch (error) {
    if (isErrno(error, 'EAGAIN')) return undefined;
    throw error;
  }
}

const EMSGSIZE = 90;

/** @returns false when there was nothing to read within `timeoutMs` */
export function waitUntilReadable(fd: number, timeoutMs: number): boolean {
  const request = Buffer.alloc(8);
  request.writeInt32LE(fd, 0);
  request.writeInt16LE(POLLIN, 4);
  const deadline = performance.now() + timeoutMs;
  return uninterrupted(() => pollDescriptors(request, 1, Math.ceil(Math.max(0, deadline - performance.now())))) > 0;
}

/** A signal, SIGCHLD above all, interrupts a call that waits. */
function uninterrupted(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (!isErrno(error, 'EINTR')) throw error;
    }
  }
}
