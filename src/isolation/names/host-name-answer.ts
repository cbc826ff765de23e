import { isIPv4, isIPv6 } from 'node:net';
import { addressBytes } from '../../linux/ip/ip-address.js';
import { HOST_NAME } from './hosts-file.js';

/** The name in a question as it is sent: each label behind its length (RFC 1035, 3.1). */
const WIRE_NAME = `${HOST_NAME.split('.')
  .map((label) => String.fromCharCode(label.length) + label)
  .join('')}\0`;

const HEADER = 12;
/** Type and class follow the name (RFC 1035, 4.1.2). */
const QUESTION_END = HEADER + WIRE_NAME.length + 4;

/** A question for an address of this machine's, which its relay answers itself. */
export const HOST_QUESTION = Buffer.from(`\0\x01\x01\0\0\x01\0\0\0\0\0\0${WIRE_NAME}\0\x01\0\x01`, 'latin1');

/** RFC 1035, 3.2.2; RFC 3596. */
const TYPES = new Map<number, (address: string) => boolean>([
  [1, isIPv4],
  [28, isIPv6],
]);

/** QR and AA; with the question's own wish for recursion (RD), as every server repeats it. */
const AUTHORITATIVE_ANSWER = 0x8400;
const RECURSION_DESIRED = 0x0100;

/** A pointer to the name behind the header (RFC 1035, 4.1.4). */
const SAME_NAME = 0xc000 | HEADER;
const CLASS_IN = 1;

/** One question, whole, for the host's name; what stands behind it (EDNS) does not matter. */
const asksForHost = (question: Buffer) =>
  question.length >= QUESTION_END &&
  question.readUInt16BE(2) < 0x8000 &&
  question.readUInt16BE(4) === 1 &&
  question.toString('latin1', HEADER, HEADER + WIRE_NAME.length).toLowerCase() === WIRE_NAME;

/**
 * Answers a question for this machine's name, which no nameserver knows. Whatever bytes it is given, it does not throw.
 * @param addresses this machine's, as the command reaches it
 * @returns undefined for every other question, and for what is none
 */
export function answerForHost(question: Buffer, addresses: readonly string[]): Buffer | undefined {
  if (!asksForHost(question)) return undefined;
  const type = question.readUInt16BE(QUESTION_END - 4);
  const isOfType = TYPES.get(type) ?? (() => false);
  const records = addresses.filter(isOfType).map((address) => record(type, addressBytes(address)));
  const head = Buffer.alloc(HEADER);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(AUTHORITATIVE_ANSWER | (question.readUInt16BE(2) & RECURSION_DESIRED), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, question.subarray(HEADER, QUESTION_END), ...records]);
}

/** A resource record (RFC 1035, 4.1.3) that nobody shall remember. */
function record(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(SAME_NAME, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(CLASS_IN, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
