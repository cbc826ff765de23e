import { HOST_NAME } from './hosts-file.js';

/** The name in a question as it is sent: each label behind its length (RFC 1035, 3.1). */
const WIRE_NAME = `${HOST_NAME.split('.')
  .map((label) => String.fromCharCode(label.length) + label)
  .join('')}\0`;

/** A question for an address of this machine's, which its relay answers itself. */
export const HOST_QUESTION = Buffer.from(`\0\x01\x01\0\0\x01\0\0\0\0\0\0${WIRE_NAME}\0\x01\0\x01`, 'latin1');

/** Behind the header of 12 octets. */
const asksForHost = (question: Buffer) =>
  question.toString('latin1', 12, 12 + WIRE_NAME.length).toLowerCase() === WIRE_NAME;

/**
 * Answers a question for this machine's name, which no nameserver knows.
 * @param addresses this machine's, as the command reaches it
 * @returns undefined for every other question
 */
export async function answerForHost(question: Buffer, addresses: readonly string[]): Promise<Buffer | undefined> {
  if (!asksForHost(question)) return undefined;
  // Loaded here: hardly any command asks for it.
  const { AUTHORITATIVE_ANSWER, decode, encode } = await import('dns-packet');
  const { id = 0, questions = [] } = decode(question);
  const records = addresses.map((data) => ({ type: data.includes(':') ? ('AAAA' as const) : ('A' as const), data }));
  return encode({
    type: 'response',
    id,
    flags: AUTHORITATIVE_ANSWER,
    questions,
    answers: records
      .filter(({ type }) => type === questions[0]?.type)
      .map((record) => ({ ...record, name: questions[0]?.name ?? HOST_NAME, ttl: 0 })),
  });
}
