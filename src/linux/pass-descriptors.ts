import { arch } from 'node:process';
import { addressOf, libcFunction } from './libc.js';
import { AF_UNIX, MSG_DONTWAIT, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET } from './socket.js';

const socketpair = libcFunction('int socketpair(int domain, int type, int protocol, void *pair)');
const sendmsg = libcFunction('long sendmsg(int fd, void *message, int flags)');
const recvmsg = libcFunction('long recvmsg(int fd, void *message, int flags)');

const TYPES = { stream: SOCK_STREAM, dgram: SOCK_DGRAM } as const;
const SCM_RIGHTS = 1;
const MSG_CMSG_CLOEXEC = 0x40000000;

/** Of a pointer, and of a size. */
const WORD = arch === 'arm' || arch === 'ia32' ? 4 : 8;
/** struct cmsghdr: a size and two numbers of 32 bits. */
const CONTROL_HEADER = WORD + 8;
/** So many go with one message (SCM_MAX_FD). */
const MOST = 253;

/** Two unix sockets that are connected with each other, closed on exec. */
export function socketPair(type: keyof typeof TYPES): readonly [one: number, other: number] {
  const pair = Buffer.alloc(8);
  socketpair(AF_UNIX, TYPES[type] | SOCK_CLOEXEC, 0, pair);
  return [pair.readInt32LE(0), pair.readInt32LE(4)];
}

/** Hands descriptors over with some octets (unix(7), SCM_RIGHTS). @throws {LinuxError} sendmsg */
export function sendDescriptors(fd: number, data: Buffer, descriptors: readonly number[]): void {
  const message = new SocketMessage(data.length, descriptors.length);
  data.copy(message.data);
  const { control } = message;
  if (control.length > 0) {
    writeWord(control, 0, control.length);
    control.writeInt32LE(SOL_SOCKET, WORD);
    control.writeInt32LE(SCM_RIGHTS, WORD + 4);
  }
  for (const [index, descriptor] of descriptors.entries()) control.writeInt32LE(descriptor, CONTROL_HEADER + 4 * index);
  sendmsg(fd, message.bytes, 0);
}

/**
 * Takes what was handed over in one message, of at most 256 octets; the descriptors are closed on exec.
 * @throws {LinuxError} recvmsg: EAGAIN where nothing was
 */
export function receiveDescriptors(fd: number): { readonly data: Buffer; readonly descriptors: readonly number[] } {
  const { bytes, data, control } = new SocketMessage(256, MOST);
  const size = recvmsg(fd, bytes, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  const end = Math.min(control.readUInt32LE(0), control.length);
  const count = Math.max(0, (end - CONTROL_HEADER) >> 2);
  const descriptors = Array.from({ length: count }, (_, index) => control.readInt32LE(CONTROL_HEADER + 4 * index));
  return { data: data.subarray(0, size), descriptors };
}

/** struct msghdr, without an address, and behind it all that it points to, so that it is kept as one. */
class SocketMessage {
  readonly bytes: Buffer;
  readonly data: Buffer;
  readonly control: Buffer;

  constructor(octets: number, descriptors: number) {
    const size = descriptors === 0 ? 0 : CONTROL_HEADER + 4 * descriptors;
    const at = { vector: 7 * WORD, control: 9 * WORD, data: 9 * WORD + size };
    this.bytes = Buffer.alloc(at.data + octets);
    this.control = this.bytes.subarray(at.control, at.data);
    this.data = this.bytes.subarray(at.data);
    const address = addressOf(this.bytes);
    writeWord(this.bytes, 2 * WORD, address + BigInt(at.vector));
    writeWord(this.bytes, 3 * WORD, 1);
    writeWord(this.bytes, 4 * WORD, size === 0 ? 0 : address + BigInt(at.control));
    writeWord(this.bytes, 5 * WORD, size);
    // struct iovec
    writeWord(this.bytes, at.vector, address + BigInt(at.data));
    writeWord(this.bytes, at.vector + WORD, octets);
  }
}

function writeWord(buffer: Buffer, at: number, value: number | bigint): void {
  if (WORD === 8) buffer.writeBigUInt64LE(BigInt(value), at);
  else buffer.writeUInt32LE(Number(value), at);
}
