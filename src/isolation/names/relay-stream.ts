import { connect, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { DnsFrames, framed } from './dns-frames.js';
import type { Relayed } from './relayed.js';
import { reportQuestion } from './report-question.js';

/** So many questions of one connection are waited for at once; the answer to an older one is no more reported. */
const MOST_ASKED = 4096;

/** Passes the questions of one connection on to the server, and its answers back (RFC 7766). */
export function relayStream(client: Socket, relayed: Relayed): void {
  const { server, answer } = relayed;
  const upstream = connect({ port: server.port, host: server.address, allowHalfOpen: true });
  const seen = new StreamExchanges(relayed);
  const answers = eachMessage(async (message) => {
    seen.answered(message);
    await relayed.boundary.attempt('relay', () => relayed.admit?.(message), undefined);
    return message;
  });
  const questions = eachMessage((question) => {
    seen.asked(question);
    const own = answer?.(question);
    if (!own) return question;
    seen.answered(own);
    if (!answers.writableEnded) answers.push(framed(own));
    return undefined;
  });
  const all = [client, questions, upstream, answers];
  for (const stream of all) stream.on('error', () => all.forEach((each) => void each.destroy()));
  for (const socket of [client, upstream]) socket.unref();
  client.pipe(questions).pipe(upstream).pipe(answers).pipe(client);
}

/** Hands each message of a stream to `pass`, and goes on with what that gives; undefined: with nothing. */
function eachMessage(pass: (message: Buffer) => Promise<Buffer | undefined> | Buffer | undefined): Transform {
  const whole: Buffer[] = [];
  const frames = new DnsFrames((message) => whole.push(message));
  return new Transform({
    async transform(chunk: Buffer, _, done) {
      try {
        frames.data(chunk);
        for (const message of whole.splice(0)) {
          const passed = await pass(message);
          if (passed) this.push(framed(passed));
        }
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}

/**
 * Pairs questions with answers, which may come in another order: they have the same identifier (RFC 7766, 7). Whoever asks
 * several by one identifier has asked several.
 */
class StreamExchanges {
  readonly #relayed: Relayed;
  readonly #asked = new Map<number, ((answer: Buffer) => void)[]>();
  #waiting = 0;

  constructor(relayed: Relayed) {
    this.#relayed = relayed;
  }

  asked(question: Buffer): void {
    if (question.length < 2) return;
    const id = question.readUInt16BE(0);
    const waiting = this.#asked.get(id) ?? [];
    waiting.push(reportQuestion(this.#relayed));
    this.#asked.set(id, waiting);
    this.#waiting += 1;
    const [oldest] = this.#waiting > MOST_ASKED ? this.#asked.keys() : [];
    if (oldest !== undefined) this.#next(oldest);
  }

  answered(answer: Buffer): void {
    if (answer.length >= 2) this.#next(answer.readUInt16BE(0))?.(answer);
  }

  /** The question of an identifier that waits longest, which waits no more. */
  #next(id: number): ((answer: Buffer) => void) | undefined {
    const waiting = this.#asked.get(id);
    const first = waiting?.shift();
    if (waiting?.length === 0) this.#asked.delete(id);
    if (first) this.#waiting -= 1;
    return first;
  }
}
