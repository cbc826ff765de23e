import { DnsFrames } from '../../isolation/names/dns-frames.js';
import type { CopiedPacket } from '../../observe/names/decode-copy.js';

/** Positions in a stream are of 32 bits (RFC 9293, 3.4); the SYN has the one before the first octet. */
const distance = (from: number, to: number) => (to - from) | 0;

/** One way of a TCP connection that carries DNS messages, from copies of its packets. What comes twice is left out. */
export class MessageStream {
  readonly #messages: Buffer[] = [];
  readonly #frames = new DnsFrames((message) => void this.#messages.push(message));
  /** Its SYN's sequence number. */
  readonly first: number;
  #next: number;
  #isWhole = true;

  constructor(first: number) {
    this.first = first;
    this.#next = (first + 1) >>> 0;
  }

  /** False where something of it is missing, and nothing is known of what follows. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** @returns the messages that are whole with this packet */
  take({
    payload,
    sequence,
    isFirst,
    isCut,
  }: Pick<CopiedPacket, 'payload' | 'sequence' | 'isFirst' | 'isCut'>): Buffer[] {
    if (!this.#isWhole || payload.length === 0) return [];
    // A SYN may carry octets (TCP Fast Open, RFC 7413), and counts as one itself.
    const start = (sequence + (isFirst ? 1 : 0)) >>> 0;
    const known = distance(start, this.#next);
    // Something before it was lost, or comes later: it is not waited for.
    this.#isWhole = known >= 0;
    if (known < 0 || known >= payload.length) return [];
    this.#frames.data(payload.subarray(known));
    this.#next = (start + payload.length) >>> 0;
    this.#isWhole = !isCut;
    return this.#messages.splice(0);
  }
}
