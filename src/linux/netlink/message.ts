import { aligned } from './attribute.js';
import { MalformedMessageError } from './malformed-message-error.js';

/** linux/netlink.h: struct nlmsghdr is length, type, flags, sequence and port. */
export const MESSAGE_HEADER = 16;

/** Types of the protocol itself, below those of each family (NLMSG_MIN_TYPE). */
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;

/** Flags, by the names of linux/netlink.h without NLM_F_. Those of a request to get, to make and of an answer share bits. */
export const NLM_F = {
  REQUEST: 0x1,
  MULTI: 0x2,
  ACK: 0x4,
  ECHO: 0x8,
  DUMP_INTR: 0x10,
  DUMP: 0x300,
  REPLACE: 0x100,
  EXCL: 0x200,
  CREATE: 0x400,
  APPEND: 0x800,
  /** Of an answer NLMSG_ERROR: the request is not repeated in it beyond its header; attributes follow. */
  CAPPED: 0x100,
  ACK_TLVS: 0x200,
} as const;

/** What is to be sent. `payload` is the family's header and the attributes behind it. */
export type Message = { readonly type: number; readonly flags: number; readonly payload: Buffer };

/** What has come. `port` is 0 for an event; else whose request it answers. */
export type ReceivedMessage = Message & { readonly sequence: number; readonly port: number };

/** Writes a message from any port: the kernel fills in the sender's. */
export function encodeMessage({ type, flags, payload }: Message, sequence: number): Buffer {
  const length = MESSAGE_HEADER + payload.length;
  const buffer = Buffer.alloc(aligned(length));
  buffer.writeUInt32LE(length, 0);
  buffer.writeUInt16LE(type, 4);
  buffer.writeUInt16LE(flags, 6);
  buffer.writeUInt32LE(sequence, 8);
  payload.copy(buffer, MESSAGE_HEADER);
  return buffer;
}

/**
 * Reads the messages of one datagram. Their payloads are views of `buffer`.
 * @throws {MalformedMessageError} where they do not fill the buffer
 */
export function decodeMessages(buffer: Buffer): ReceivedMessage[] {
  const messages: ReceivedMessage[] = [];
  for (let at = 0; at < buffer.length; ) {
    const length = at + MESSAGE_HEADER <= buffer.length ? buffer.readUInt32LE(at) : 0;
    if (length < MESSAGE_HEADER || at + length > buffer.length)
      throw new MalformedMessageError(`malformed netlink message: ${length} B at ${at} of ${buffer.length}`);
    messages.push({
      type: buffer.readUInt16LE(at + 4),
      flags: buffer.readUInt16LE(at + 6),
      sequence: buffer.readUInt32LE(at + 8),
      port: buffer.readUInt32LE(at + 12),
      payload: buffer.subarray(at + MESSAGE_HEADER, at + length),
    });
    at += 4 * Math.ceil(length / 4);
  }
  return messages;
}
