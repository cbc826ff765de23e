import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { afterPatience } from '../tools/within.js';
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
    upstream.once('message', finish);
    // Connected, so that it hears of a refusal.
    upstream.connect(port, address, (error?: Error) => {
      // No socket is left, say: the client had better ask again, or another one.
      if (error) finish('refused');
      else if (!isOver) upstream.send(question);
    });
  });
}

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
