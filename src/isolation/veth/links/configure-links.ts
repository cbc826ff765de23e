import { NetmeterError } from '../../../errors.js';
import type { LinuxError } from '../../../linux/linux-error.js';
import type { Message } from '../../../linux/netlink/message.js';
import { setLink } from '../../../linux/netlink/route/link.js';
import type { NetlinkSocket } from '../../../linux/netlink/socket.js';
import { ETHERNET_HEADER, type OctetsPerSecond } from '../../../units.js';
import type { MadeLink } from './make-links.js';
import { isQueue, type QueueShape, queueMessages } from './queue-messages.js';
import type { LinkPlan } from './subnet.js';
import { endMessages, returnRoutes, routeMessages, upMessages } from './veth-pair.js';

export type LinksOptions = {
  readonly mtu: number;
  /** A limit is kept behind the queues: they must let one frame through at a time. */
  readonly isKept: boolean;
  readonly rate: OctetsPerSecond | undefined;
};

/** The loopback device is the first of every namespace. */
export const LOOPBACK = 1;

type Ends = {
  readonly links: readonly MadeLink[];
  /** In the host's namespace. */
  readonly here: NetlinkSocket;
  /** In the command's. */
  readonly there: NetlinkSocket;
};

/**
 * Configures both ends of every link, all of a namespace with one call of the kernel.
 * @param local addresses of this machine
 * @throws {NetmeterError} SETUP_FAILED: also for a queue that is to be relied on and is not there
 */
export function configureLinks({ links, here, there }: Ends, local: readonly string[], options: LinksOptions): void {
  const shapeOf = (plan: LinkPlan) => queueShape(plan, options);
  send(here, options, [
    ...links.flatMap(({ plan, host }) => endMessages(host, plan.host, plan.inner)),
    ...links.flatMap(({ plan, host }) => [...upMessages(host, shapeOf(plan)), ...returnRoutes(host, plan)]),
  ]);
  send(there, options, [
    ...links.flatMap(({ plan, inner }) => endMessages(inner, plan.inner, plan.host)),
    setLink(LOOPBACK, { isUp: true }),
    ...queueMessages(LOOPBACK),
    ...links.flatMap(({ plan, inner }) => upMessages(inner, shapeOf(plan))),
    ...links.flatMap(({ plan, inner }) => routeMessages(inner, plan, local)),
  ]);
}

const queueShape = ({ purpose }: LinkPlan, { mtu, isKept, rate }: LinksOptions): QueueShape | undefined =>
  purpose === 'host-local' ? undefined : { frame: mtu + ETHERNET_HEADER, single: isKept, rate };

/** @throws {NetmeterError} SETUP_FAILED, with what the kernel said of the first that it refused */
function send(socket: NetlinkSocket, { isKept, rate }: LinksOptions, messages: readonly Message[]): void {
  for (const refusal of socket.attempt(messages).refusals) {
    if (!isQueue(messages[refusal.index])) throw failed('the links could not be configured', refusal);
    // Without a queue /proc must do.
    if (isKept || rate !== undefined)
      throw failed('--enforce, --rate-limit: this kernel refuses the queues for them', refusal);
  }
}

const failed = (what: string, refusal: LinuxError) =>
  new NetmeterError('SETUP_FAILED', `${what}: ${refusal.message}`, {
    cause: refusal,
    ...(what.startsWith('--') && { cure: NO_BUCKETS }),
  });

const NO_BUCKETS = 'Load the module sch_tbf, or leave the two out: --kill ends a command without it.';
