import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { afterPatience } from '../tools/holders/within.js';
import { asItIs } from './as-it-is.js';

/** As long as resolv.conf's own default for a question. */
const ANSWER_WITHIN_MS = 5000;

/** The resolver that is asked (RFC 1035's port, unless a test has its own). */
export type Resolver = { readonly address: string; readonly port: number };

/**
 * Asks one question over UDP. One question, one socket: the kernel pairs the answer with it, under a port of its own.
 * @returns undefined when no answer came in time; 'refused' when nobody can be asked there
 */
export function askResolver(
  question: Buffer,
  { address, port }: Resolver,
  withinMs = ANSWER_WITHIN_MS,
): Promise<Buffer | 'refused' | undefined> {
  const type = isIPv6(address.replace(/%.*$/, '')) ? 'udp6' : 'udp4';
  const upstream = createSocket({ type, lookup: asItIs });
  return new Promise((resolve) => {
    let isOver = false;
    const finish = (answer: Buffer | 'refused' | undefined) => {
      if (isOver) return;
      isOver = true;
      clearInterval(timer);
      upstream.close();
      resolve(answer);
    };
    const timer = afterPatience(withinMs, () => finish(undefined)).unref();
    upstream.on('error', () => finish('refused'));
    upstream.on('message', (message) => isAnswerTo(question, message) && finish(message));
    // Connected, so that it hears of a refusal.
    upstream.connect(port, address, (error?: Error) => {
      // No socket is left, say: the client had better ask again, or another one.
      if (error) finish('refused');
      else if (!isOver) upstream.send(question);
    });
  });
}

/** Before the questions: identifier, flags, counts (RFC 1035, 4.1.1). */
const HEADER = 12;

/**
 * Whether a message has the identifier of a question and its words: whoever forges an answer must guess the port and know
 * these (RFC 5452, 9.1). A server that could not read the question repeats none of it, and says nothing else.
 */
export function isAnswerTo(question: Buffer, message: Buffer): boolean {
  const identifier = question.subarray(0, 2);
  if (!identifier.equals(message.subarray(0, identifier.length))) return false;
  const words = question.subarray(HEADER, endOfQuestion(question));
  return (
    message.length <= HEADER || lowerCase(words).equals(lowerCase(message.subarray(HEADER, HEADER + words.length)))
  );
}

/** Of the first; a name ends with an empty label (3.1), behind which are its type and class. */
function endOfQuestion(message: Buffer): number {
  let at = HEADER;
  while (at < message.length && message[at] !== 0) at += (message[at] ?? 0) + 1;
  return at + 5;
}

/** Names are compared without case (RFC 4343). */
const lowerCase = (words: Buffer) => Buffer.from(words.toString('latin1').toLowerCase(), 'latin1');

/** A resolver that is asked so many questions at once at most: who floods it shall not take the descriptors of others. */
export class BoundedResolver {
  readonly #resolver: Resolver;
  readonly #most: number;
  #asked = 0;

  constructor(resolver: Resolver, most: number) {
    this.#resolver = resolver;
    this.#most = most;
  }

  /** As {@link askResolver}; undefined where too many wait already: a failure of ours would be traffic that the server has not sent. */
  async ask(question: Buffer): Promise<Buffer | 'refused' | undefined> {
    if (this.#asked >= this.#most) return undefined;
    this.#asked += 1;
    try {
      return await askResolver(question, this.#resolver);
    } finally {
      this.#asked -= 1;
    }
  }
}

/** The question again as a response, "server failure" (RFC 1035, 4.1.1): what lets a client ask its next nameserver at once. */
export function failureOf(question: Buffer): Buffer {
  const answer = Buffer.from(question);
  if (answer.length < 12) return answer;
  answer[2] = (answer[2] ?? 0) | 0x80;
  answer[3] = ((answer[3] ?? 0) & 0x70) | 0x82;
  return answer;
}
