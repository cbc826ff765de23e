import type { DnsExchange } from '../isolation/names/dns-exchange.js';
import type { CopiedPacket } from '../observe/names/decode-copy.js';
import { questionOf } from './dns-question.js';
import { MessageStream } from './message-stream.js';

type Message = Pick<CopiedPacket, 'way' | 'atMs' | 'protocol' | 'server' | 'client'> & { readonly bytes: Buffer };
type Asked = { readonly server: string; readonly atMs: number; readonly question: string };

/** Questions that wait for their answer, and TCP connections that messages are put together of. */
const MOST_ASKED = 65_536;
const MOST_STREAMS = 1024;

/** QR in the third octet (RFC 1035, 4.1.1). */
const isAnswer = (message: Buffer) => ((message[2] ?? 0) & 0x80) !== 0;

/**
 * Pairs the command's questions with their answers, from copies of packets. An answer counts only where it is one to a
 * question that was asked of that server, from that port, with that identifier, in those words.
 */
export class MessagePairs {
  readonly #take: (exchange: DnsExchange) => void;
  readonly #asked = new Map<string, Asked[]>();
  readonly #streams = new Map<string, MessageStream>();
  #waiting = 0;
  #isWhole = true;

  constructor(take: (exchange: DnsExchange) => void) {
    this.#take = take;
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
    this.#message({ ...packet, bytes: packet.payload });
  }

  /** When nothing comes any more: what was not answered never will be. */
  finish(): void {
    for (const waiting of this.#asked.values()) for (const { server } of waiting) this.#unanswered(server);
    this.#asked.clear();
    this.#waiting = 0;
  }

  #stream(packet: CopiedPacket): void {
    const { way, client, server } = packet;
    const key = `${way} ${client} ${server}`;
    let stream = packet.isFirst ? undefined : this.#streams.get(key);
    if (packet.isFirst) {
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
    const key = `${protocol} ${client} ${server} ${bytes.readUInt16BE(0)}`;
    const question = questionOf(bytes) ?? '';
    if (way === 'out') this.#ask(key, { server, atMs, question });
    else this.#answer(key, question, { atMs, bytes });
  }

  #ask(key: string, asked: Asked): void {
    const waiting = this.#asked.get(key);
    if (waiting) waiting.push(asked);
    else this.#asked.set(key, [asked]);
    this.#waiting += 1;
    if (this.#waiting > MOST_ASKED) this.#forgetOldest();
  }

  #answer(key: string, question: string, { atMs, bytes }: Pick<Message, 'atMs' | 'bytes'>): void {
    const waiting = this.#asked.get(key) ?? [];
    const at = question === '' ? -1 : waiting.findIndex((asked) => asked.question === question);
    const [asked] = at < 0 ? [] : waiting.splice(at, 1);
    if (!asked) return;
    this.#waiting -= 1;
    if (waiting.length === 0) this.#asked.delete(key);
    this.#take({ server: asked.server, answer: bytes, ms: atMs - asked.atMs });
  }

  #forgetOldest(): void {
    const [[key, waiting] = []] = this.#asked;
    const asked = waiting?.shift();
    if (key === undefined || !asked) return;
    if (waiting?.length === 0) this.#asked.delete(key);
    this.#waiting -= 1;
    this.#unanswered(asked.server);
  }

  #unanswered(server: string): void {
    this.#take({ server, answer: undefined, ms: 0 });
  }
}
