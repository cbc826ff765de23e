import { decodeAcknowledgement } from './acknowledgement.js';
import { openDescriptor } from './descriptor.js';
import { type ListRequest, list, pagesOf } from './listing.js';
import { type Message, NLM_F, NLMSG_ERROR, type ReceivedMessage } from './message.js';
import { NetlinkError } from './netlink-error.js';
import { ANSWER_MS, SequencedSocket, timedOut } from './sequenced-socket.js';

/** Protocols, linux/netlink.h. */
export const NETLINK_ROUTE = 0;
export const NETLINK_SOCK_DIAG = 4;
export const NETLINK_NETFILTER = 12;

/** What came of requests that were sent together. */
export type Outcome = {
  /** What the kernel answered beyond acknowledging. */
  readonly replies: readonly ReceivedMessage[];
  /** In the order of the requests. */
  readonly refusals: readonly NetlinkError[];
};

/** A netlink socket of the network namespace that the calling thread is in when it is opened. */
export class NetlinkSocket implements Disposable {
  readonly #socket: SequencedSocket;

  /** @param options.filters see {@link openDescriptor} @throws {LinuxError} socket: EPROTONOSUPPORT where the kernel has no such protocol */
  static open(protocol: number, { filters = false } = {}): NetlinkSocket {
    return new NetlinkSocket(openDescriptor(protocol, filters));
  }

  /** One that somebody else has opened, perhaps in another namespace, and may have used. It is closed with this. */
  static adopt(fd: number): NetlinkSocket {
    // An answer to that one may still be waiting, and is not to be taken for one to us.
    return new NetlinkSocket(fd, Math.floor(Math.random() * 2 ** 32));
  }

  private constructor(fd: number, first = 1) {
    this.#socket = new SequencedSocket(fd, first);
  }

  get fd(): number {
    return this.#socket.fd;
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
    const first = this.#socket.send(requests, last);
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
    while (!isAnswered) if (!this.#socket.receive(refusals.length === 0 ? ANSWER_MS : 0, take)) break;
    if (!isAnswered && refusals.length === 0) throw timedOut();
    return { replies, refusals: refusals.sort((a, b) => a.index - b.index) };
  }

  /**
   * Lists what `request` asks for, anew when it changed meanwhile or was cut short.
   * @throws {NetlinkError} the kernel refused
   * @throws {LinuxError} netlink: EAGAIN it kept changing, ETIMEDOUT
   */
  dump(request: ListRequest): readonly ReceivedMessage[] {
    return list(this.#socket, request);
  }

  /**
   * Lists page by page, as the kernel hands them out. In between others may be served, though not by this socket. Whether the
   * list changed meanwhile is not noticed: for those that only grow, or that nobody changes.
   * @throws {NetlinkError} the kernel refused
   * @throws {LinuxError} netlink: ETIMEDOUT; recv: ENOBUFS some was lost
   */
  *pages(request: ListRequest): Generator<readonly ReceivedMessage[]> {
    for (const { page } of pagesOf(this.#socket, request)) yield page;
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}
