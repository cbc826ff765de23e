import { decodeAttributes } from './attribute.js';
import { MalformedMessageError } from './malformed-message-error.js';
import { MESSAGE_HEADER, NLM_F, NLMSG_ERROR, type ReceivedMessage } from './message.js';

/** How a request ended (NLMSG_ERROR), or a listing (NLMSG_DONE). */
export type Acknowledgement = {
  /** 0: it was carried out; else positive. */
  readonly errno: number;
  /** What the kernel says of it, in English. */
  readonly text?: string;
  /** Where in the request is what the kernel objects to, counted from the message's header. */
  readonly offset?: number;
};

/** enum nlmsgerr_attrs, linux/netlink.h. */
const NLMSGERR_ATTR_MSG = 1;
const NLMSGERR_ATTR_OFFS = 2;

/**
 * Reads a message of type NLMSG_ERROR or NLMSG_DONE: the error's number, the header of the request (NLMSG_ERROR alone), and
 * extended acknowledgements where the socket has asked for them.
 * @throws {MalformedMessageError}
 */
export function decodeAcknowledgement(message: ReceivedMessage): Acknowledgement {
  const { payload, flags } = message;
  // A listing of old kernels may end without a number.
  if (message.type !== NLMSG_ERROR && payload.length < 4) return { errno: 0 };
  const end = flags & NLM_F.ACK_TLVS ? attributesAt(message) : 4;
  if (payload.length < end) throw new MalformedMessageError('malformed netlink acknowledgement');
  const errno = 0 - payload.readInt32LE();
  const attributes = decodeAttributes(flags & NLM_F.ACK_TLVS ? payload.subarray(end) : Buffer.alloc(0));
  const text = attributes.string(NLMSGERR_ATTR_MSG);
  const offset = attributes.u32(NLMSGERR_ATTR_OFFS);
  return { errno, ...(text && { text }), ...(offset !== undefined && { offset }) };
}

function attributesAt({ type, flags, payload }: ReceivedMessage): number {
  if (type !== NLMSG_ERROR) return 4;
  if (flags & NLM_F.CAPPED || payload.length < 8) return 4 + MESSAGE_HEADER;
  return 4 + Math.max(MESSAGE_HEADER, 4 * Math.ceil(payload.readUInt32LE(4) / 4));
}
