import { isErrno, LinuxError } from '../linux-error.js';
import { decodeAcknowledgement } from './acknowledgement.js';
import { type Message, NLM_F, NLMSG_DONE, NLMSG_ERROR, type ReceivedMessage } from './message.js';
import { NetlinkError } from './netlink-error.js';
import { ANSWER_MS, NONE, type SequencedSocket, timedOut } from './sequenced-socket.js';

/** What is asked for a list. */
export type ListRequest = Omit<Message, 'flags'> & { readonly flags?: number };

const ATTEMPTS = 20;
const EAGAIN = 11;

/**
 * Lists anew when the list changed meanwhile, or was cut short.
 * @throws {NetlinkError} the kernel refused
 * @throws {LinuxError} netlink: EAGAIN it kept changing, ETIMEDOUT
 */
export function list(socket: SequencedSocket, request: ListRequest): readonly ReceivedMessage[] {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const listing = listOnce(socket, request);
    if (listing) return listing;
  }
  throw new LinuxError('netlink', EAGAIN, 'the list changed whenever it was read');
}

/** @returns undefined when it is no consistent list */
function listOnce(socket: SequencedSocket, request: ListRequest): readonly ReceivedMessage[] | undefined {
  try {
    const listing = [...pagesOf(socket, request)];
    return listing.some(({ isInterrupted }) => isInterrupted) ? undefined : listing.flatMap(({ page }) => page);
  } catch (error) {
    if (isErrno(error, 'ENOBUFS')) return undefined;
    throw error;
  }
}

type Page = {
  readonly page: readonly ReceivedMessage[];
  /** The list has changed since it was begun. */
  readonly isInterrupted: boolean;
};

/** @throws {NetlinkError} the kernel refused @throws {LinuxError} netlink: ETIMEDOUT; recv: ENOBUFS some was lost */
export function* pagesOf(socket: SequencedSocket, request: ListRequest): Generator<Page> {
  const sequence = socket.send([{ ...request, flags: (request.flags ?? 0) | NLM_F.DUMP }], NONE);
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
    if (!socket.receive(ANSWER_MS, take)) throw timedOut();
    yield { page, isInterrupted };
  }
}
