import { AF_UNIX } from '../socket.js';
import { decodeAttributes } from './attribute.js';
import { MalformedMessageError } from './malformed-message-error.js';
import type { Message, ReceivedMessage } from './message.js';
import { SOCK_DIAG_BY_FAMILY } from './sock-diag.js';

/** linux/unix_diag.h. */
const UDIAG_SHOW_PEER = 4;
const UNIX_DIAG_PEER = 2;
const ALL_STATES = 0xffffffff;

/** struct unix_diag_req; struct unix_diag_msg. */
const REQUEST = 24;
const HEADER = 16;

/** For {@link NetlinkSocket.dump}: all unix sockets of a namespace (CONFIG_UNIX_DIAG). ENOENT: the kernel cannot list these. */
export const LIST_UNIX_SOCKETS: Omit<Message, 'flags'> = { type: SOCK_DIAG_BY_FAMILY, payload: request() };

/** Inodes of a unix socket and of the one it is connected with. 0: no process has it; undefined: it has no other end. */
export type UnixEnds = { readonly inode: number; readonly peer: number | undefined };

/** Reads an answer. @throws {MalformedMessageError} */
export function decodeUnixEnds({ payload }: ReceivedMessage): UnixEnds {
  if (payload.length < HEADER) throw new MalformedMessageError('malformed unix socket');
  const peer = decodeAttributes(payload.subarray(HEADER)).u32(UNIX_DIAG_PEER);
  return { inode: payload.readUInt32LE(4), peer };
}

function request(): Buffer {
  const buffer = Buffer.alloc(REQUEST);
  buffer.writeUInt8(AF_UNIX, 0);
  buffer.writeUInt32LE(ALL_STATES, 4);
  buffer.writeUInt32LE(UDIAG_SHOW_PEER, 12);
  return buffer;
}
