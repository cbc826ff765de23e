import { closeSync } from 'node:fs';
import { isErrno, LinuxError } from '../linux-error.js';
import { decodeAcknowledgement } from './acknowledgement.js';
import { openDescriptor, receive, send, waitUntilReadable } from './descriptor.js';
import {
  decodeMessages,
  encodeMessage,
  type Message,
  NLM_F,
  NLMSG_DONE,
  NLMSG_ERROR,
  type ReceivedMessage,
} from './message.js';
import { NetlinkError } from './netlink-error.js';

/** Protocols, linux/netlink.h. */
export const NETLINK_ROUTE = 0;
export const NETLINK_SOCK_DIAG = 4;
export const NETLINK_NETFILTER = 12;

/** The kernel fills at most 32 kB at a time of a listing, and more only for a single large object. */
const BUFFER = 256 << 10;
/** The kernel answers before send(2) returns; a lock of its own can hold it up for as long as another batch takes. */
const TIMEOUT_MS = 10_000;
const ATTEMPTS = 20;
/** The index of no request. */
const NONE = -1;

/** What came of requests that were sent together. */
export type Outcome = {
  /** What the kernel answered beyond acknowledging. */
  readonly replies: readonly ReceivedMessage[];
  /** In the order of the requests. */
  readonly refusals: readonly NetlinkError[];
};

/** A netlink socket of the network namespace that the calling thread is in when it is opened. */
export class NetlinkSocket implements Disposable {
  readonly fd: number;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER);
  #sequence: number;

  /** @throws {LinuxError} socket: EPROTONOSUPPORT where the kernel has no such protocol */
  static open(protocol: number): NetlinkSocket {
    return new NetlinkSocket(openDescriptor(protocol));
  }

  /** One that somebody else has opened, perhaps in another namespace, and may have used. It is closed with this. */
  static adopt(fd: number): NetlinkSocket {
    // An answer to that one may still be waiting, and is not to be taken for one to us.
    return new NetlinkSocket(fd, Math.floor(Math.random() * 2 ** 32));
  }

  private constructor(fd: number, first = 1) {
    this.fd = fd;
    this.#sequence = first;
  }

  /**
   * Sends requests together and waits until the kernel has answered all of them.
   * @throws {NetlinkError} for the first that it refused. Others may have been carried out: that is the family's to say
   * @throws {LinuxError} send: EMSGSIZE; netlink: ETIMEDOUT
   */
  exchange(requests: readonly Message[]): readonly ReceivedMessage[] {
    const { replies, refusals } = this.attempt(requests);
    if (refusals[0]) throw refusals[0];
    return replies;
  }

  /** The same, for who goes on although some were refused. @throws {LinuxError} send: EMSGSIZE; netlink: ETIMEDOUT */
  attempt(requests: readonly Message[]): Outcome {
    // An empty datagram is an error of its own.
    if (requests.length === 0) return { replies: [], refusals: [] };
    const last = requests.findLastIndex(({ flags }) => flags & NLM_F.ACK);
    const first = this.#send(requests, last);
    const replies: ReceivedMessage[] = [];
    const refusals: NetlinkError[] = [];
    let isAnswered = last < 0;
    const take = (message: ReceivedMessage) => {
      const index = (message.sequence - first) >>> 0;
      if (index >= requests.length) return;
      if (message.type !== NLMSG_ERROR) return void replies.push(message);
      const acknowledgement = decodeAcknowledgement(message);
      isAnswered ||= index === last;
      if (acknowledgement.errno !== 0) refusals.push(new NetlinkError(index, acknowledgement));
    };
    // A family may refuse all by one answer: then what is there already is all that comes.
    while (!isAnswered) if (!this.#receive(refusals.length === 0 ? TIMEOUT_MS : 0, take)) break;
    if (!isAnswered && refusals.length === 0) throw timedOut();
    return { replies, refusals: refusals.sort((a, b) => a.index - b.index) };
  }

  /**
   * Lists what `request` asks for, anew when it changed meanwhile or was cut short.
   * @throws {NetlinkError} the kernel refused
   * @throws {LinuxError} netlink: EAGAIN it kept changing, ETIMEDOUT
   */
  dump(request: Omit<Message, 'flags'> & { readonly flags?: number }): readonly ReceivedMessage[] {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const listing = this.#dumpOnce({ ...request, flags: (request.flags ?? 0) | NLM_F.DUMP });
      if (listing) return listing;
    }
    throw new LinuxError('netlink', EAGAIN, 'the list changed whenever it was read');
  }

  /** @returns undefined when it is no consistent list */
  #dumpOnce(request: Message): readonly ReceivedMessage[] | undefined {
    try {
      const listing = [...this.#pages(request)];
      return listing.some(({ isInterrupted }) => isInterrupted) ? undefined : listing.flatMap(({ page }) => page);
    } catch (error) {
      if (isErrno(error, 'ENOBUFS')) return undefined;
      throw error;
    }
  }

  /**
   * Lists page by page, as the kernel hands them out. In between others may be served, though not by this socket. Whether the
   * list changed meanwhile is not noticed: for those that only grow, or that nobody changes.
   * @throws {NetlinkError} the kernel refused
   * @throws {LinuxError} netlink: ETIMEDOUT; recv: ENOBUFS some was lost
   */
  *pages(request: Omit<Message, 'flags'> & { readonly flags?: number }): Generator<readonly ReceivedMessage[]> {
    for (const { page } of this.#pages({ ...request, flags: (request.flags ?? 0) | NLM_F.DUMP })) yield page;
  }

  *#pages(request: Message): Generator<{ page: readonly ReceivedMessage[]; isInterrupted: boolean }> {
    const sequence = this.#send([request], NONE);
    for (let isDone = false; !isDone; ) {
      const page: ReceivedMessage[] = [];
      let isInterrupted = false;
      const take = (message: ReceivedMessage) => {
        if (message.sequence !== sequence) return;
        if (message.flags & NLM_F.DUMP_INTR && message.type !== NLMSG_ERROR) isInterrupted = true;
        if (message.type !== NLMSG_ERROR && message.type !== NLMSG_DONE) return void page.push(message);
        const acknowledgement = decodeAcknowledgement(message);
        if (acknowledgement.errno !== 0) throw new NetlinkError(0, acknowledgement);
        isDone = true;
      };
      if (!this.#receive(TIMEOUT_MS, take)) throw timedOut();
      yield { page, isInterrupted };
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }

  /**
   * @param last which is to be acknowledged although all went well: the kernel carries requests out one after the other, and
   * tells each error unasked. @returns the first message's sequence number
   */
  #send(requests: readonly Message[], last: number): number {
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
  #receive(timeoutMs: number, take: (message: ReceivedMessage) => void): boolean {
    let datagram = receive(this.fd, this.#buffer);
    if (!datagram && timeoutMs > 0 && waitUntilReadable(this.fd, timeoutMs)) datagram = receive(this.fd, this.#buffer);
    if (!datagram) return false;
    for (const message of decodeMessages(datagram)) take(message);
    return true;
  }
}

const EAGAIN = 11;
const ETIMEDOUT = 110;
const timedOut = () => new LinuxError('netlink', ETIMEDOUT, `no answer within ${TIMEOUT_MS / 1000} s`);
