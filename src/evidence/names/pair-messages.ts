import type { DnsAnswered, DnsObserver } from '../../isolation/names/dns-exchange.js';
import type { CopiedPacket } from '../../observe/names/decode-copy.js';
import { questionOf } from './dns-question.js';
import { MessageStream } from './message-stream.js';
import { PassedOn } from './passed-on.js';

type Message = Pick<CopiedPacket, 'way' | 'atMs' | 'protocol' | 'server' | 'client'> & { readonly bytes: Buffer };
/** `question`: all that another who passes it on has in common with who asked. */
type Asked = {
  readonly atMs: number;
  readonly question: string;
  readonly address: string;
  readonly answered: DnsAnswered;
};

/** Questions that wait for their answer, and TCP connections that messages are put together of. */
const MOST_ASKED = 65_536;
const MOST_STREAMS = 1024;

/** QR in the third octet (RFC 1035, 4.1.1). */
const isAnswer = (message: Buffer) => ((message[2] ?? 0) & 0x80) !== 0;

/**
 * Pairs the command's questions with their answers, from copies of packets. An answer counts only where it is one to a
 * question that was asked of that server, from that port, with that identifier, in those words. One that is passed on as it is
 * counts once, with what its asker got.
 */
export class MessagePairs {
  readonly #observe: DnsObserver;
  /** By all that an answer must have in common with its question. */
  readonly #asked = new Map<string, Asked[]>();
  readonly #passedOn = new PassedOn();
  readonly #streams = new Map<string, MessageStream>();
  #waiting = 0;
  #isWhole = true;

  constructor(observe: DnsObserver) {
    this.#observe = observe;
  }

  /** Whether everything could be read. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  see(packet: CopiedPacket): void {
    if (packet.protocol === 'tcp') {
      this.#stream(packet);
      return;
    }
    if (packet.isCut) this.#isWhole = false;
    for (const bytes of datagramsOf(packet)) this.#message({ ...packet, bytes });
  }

  #stream(packet: CopiedPacket): void {
    const { way, client, server } = packet;
    const key = `${way} ${client} ${server}`;
    let stream = this.#streams.get(key);
    // A SYN that comes twice begins nothing anew.
    if (packet.isFirst && stream?.first !== packet.sequence) {
      stream = new MessageStream(packet.sequence);
      this.#streams.delete(key);
      this.#streams.set(key, stream);
    }
    for (const bytes of stream?.take(packet) ?? []) this.#message({ ...packet, bytes });
    this.#isWhole &&= stream?.isWhole ?? packet.payload.length === 0;
    const [oldest] = this.#streams.size > MOST_STREAMS ? this.#streams.keys() : [];
    if (oldest !== undefined) this.#streams.delete(oldest);
  }

  #message({ way, atMs, protocol, server, client, bytes }: Message): void {
    if (bytes.length < 12 || isAnswer(bytes) !== (way === 'in')) return;
    const words = questionOf(bytes) ?? '';
    const question = `${protocol} ${server} ${bytes.readUInt16BE(0)} ${words}`;
    const key = `${client} ${question}`;
    if (way === 'in') {
      if (words !== '') this.#answer(key, { atMs, bytes });
      return;
    }
    const [address = ''] = client.split(' ');
    if (words !== '' && this.#passedOn.takes(question, { address, atMs })) return;
    this.#ask(key, { atMs, question, address, answered: this.#observe(server) });
  }

  #answer(key: string, { atMs, bytes }: Pick<Message, 'atMs' | 'bytes'>): void {
    const asked = this.#next(key);
    asked?.answered(bytes, atMs - asked.atMs);
  }

  #ask(key: string, asked: Asked): void {
    const waiting = this.#asked.get(key);
    if (waiting) waiting.push(asked);
    else this.#asked.set(key, [asked]);
    this.#waiting += 1;
    const [oldest] = this.#waiting > MOST_ASKED ? this.#asked.keys() : [];
    if (oldest !== undefined) this.#next(oldest);
  }

  /** The question that waits longest among the same, which waits no more. */
  #next(key: string): Asked | undefined {
    const waiting = this.#asked.get(key);
    const first = waiting?.shift();
    if (waiting?.length === 0) this.#asked.delete(key);
    if (first) {
      this.#waiting -= 1;
      this.#passedOn.settle(first.question, first.address);
    }
    return first;
  }
}

/** What one call has sent, or got, as many datagrams of a size (UDP_SEGMENT, UDP_GRO: udp(7)). */
function* datagramsOf({ payload, segment }: CopiedPacket): Iterable<Buffer> {
  const size = segment > 0 ? segment : Math.max(payload.length, 1);
  for (let at = 0; at < payload.length; at += size) yield payload.subarray(at, at + size);
}
