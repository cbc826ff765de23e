import { closeSync } from 'node:fs';
import { LinuxError } from '../linux-error.js';
import { receive, send, waitUntilReadable } from './descriptor.js';
import { decodeMessages, encodeMessage, type Message, NLM_F, type ReceivedMessage } from './message.js';

/** The kernel fills at most 32 kB at a time of a listing, and more only for a single large object. */
const BUFFER = 256 << 10;
/** The kernel answers before send(2) returns; a lock of its own can hold it up for as long as another batch takes. */
export const ANSWER_MS = 10_000;
/** The index of no request. */
export const NONE = -1;

/** A netlink socket that numbers what it sends, by which answers are known. */
export class SequencedSocket implements Disposable {
  readonly fd: number;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER);
  #sequence: number;

  constructor(fd: number, first: number) {
    this.fd = fd;
    this.#sequence = first;
  }

  /**
   * Sends requests together.
   * @param last which is to be acknowledged although all went well: the kernel carries requests out one after the other, and
   * reports each error unasked. @returns the first message's sequence number
   */
  send(requests: readonly Message[], last: number): number {
    const first = this.#sequence;
    this.#sequence = (first + requests.length) >>> 0;
    const encoded = requests.map((each, index) => {
      const flags = index === last ? each.flags : each.flags & ~NLM_F.ACK;
      return encodeMessage({ ...each, flags: flags | NLM_F.REQUEST }, (first + index) >>> 0);
    });
    send(this.fd, Buffer.concat(encoded));
    return first;
  }

  /** Takes the next datagram. @returns false when there is none in time */
  receive(timeoutMs: number, take: (message: ReceivedMessage) => void): boolean {
    let datagram = receive(this.fd, this.#buffer);
    if (!datagram && timeoutMs > 0 && waitUntilReadable(this.fd, timeoutMs)) datagram = receive(this.fd, this.#buffer);
    if (!datagram) return false;
    for (const message of decodeMessages(datagram)) take(message);
    return true;
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}

const ETIMEDOUT = 110;
export const timedOut = () => new LinuxError('netlink', ETIMEDOUT, `no answer within ${ANSWER_MS / 1000} s`);
