import { listenTo, type NetlinkEvents } from '../../../linux/netlink/events.js';
import { RTNLGRP } from '../../../linux/netlink/route/events.js';
import { decodeQueueChange, RTM_DELQDISC } from '../../../linux/netlink/route/queue.js';
import { NETLINK_ROUTE } from '../../../linux/netlink/socket.js';
import { COUNTING_QUEUE } from './queue-messages.js';

/**
 * Hears of queues in the command's namespace that somebody takes away from now on. One that was made again has not counted
 * what passed meanwhile, though nobody could distinguish it from the first.
 */
export class QueueWatch implements Disposable {
  readonly #subscription: Disposable;
  readonly #changed = new Set<number>();
  #isLost = false;

  /** The calling thread is in the namespace. @throws {LinuxError} */
  constructor() {
    this.#subscription = listenTo(NETLINK_ROUTE, [RTNLGRP.TC], (events) => this.take(events), { unref: true });
  }

  /** Whether the queue of a device, by its index, may not have been there all the time. */
  hasChanged(index: number): boolean {
    return this.#isLost || this.#changed.has(index);
  }

  take({ messages, lost }: NetlinkEvents): void {
    this.#isLost ||= lost;
    for (const message of messages) {
      // That one is there is said whenever somebody asks for it, too.
      if (message.type !== RTM_DELQDISC) continue;
      const { index, handle, isRoot } = decodeQueueChange(message);
      // Other queues of a device, as that of what comes in, change nothing.
      if (isRoot || handle === COUNTING_QUEUE) this.#changed.add(index);
    }
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }
}
