import { listenTo, type NetlinkEvents } from '../../../linux/netlink/events.js';
import { RTNLGRP } from '../../../linux/netlink/route/events.js';
import { decodeLink } from '../../../linux/netlink/route/link.js';
import { NETLINK_ROUTE } from '../../../linux/netlink/socket.js';

/** Hears of devices in the command's namespace, other than those that are there now, from now on: also of those that go again. */
export class DeviceWatch implements Disposable {
  readonly #subscription: Disposable;
  readonly #known: ReadonlySet<number>;
  readonly #heard = new Set<number>();
  #isLost = false;

  /** The calling thread is in the namespace. @param known indices of devices @throws {LinuxError} */
  constructor(known: Iterable<number>) {
    this.#known = new Set(known);
    this.#subscription = listenTo(NETLINK_ROUTE, [RTNLGRP.LINK], (events) => this.take(events), { unref: true });
  }

  /** How many there were, at least. */
  get count(): number {
    return this.#heard.size + (this.#isLost ? 1 : 0);
  }

  take({ messages, lost }: NetlinkEvents): void {
    this.#isLost ||= lost;
    for (const { index } of messages.map(decodeLink)) if (!this.#known.has(index)) this.#heard.add(index);
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }
}
