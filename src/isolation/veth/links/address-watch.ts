import { listenTo, type NetlinkEvents } from '../../../linux/netlink/events.js';
import { RTNLGRP } from '../../../linux/netlink/route/events.js';
import { concernsOwnAddress } from '../../../linux/netlink/route/local-routes.js';
import { NETLINK_ROUTE } from '../../../linux/netlink/socket.js';
import { readLocalAddresses } from '../../machine/read-local-addresses.js';

/** Addresses that this machine has got since the last look, and those that it has no more. */
export type AddressChange = { readonly come: readonly string[]; readonly gone: readonly string[] };

/** An address that comes with a device is announced several times; the kernel's list has it a little later than the first. */
const SETTLE_MS = 2;

/**
 * Hears of addresses that this machine gets and loses from now on: a VPN comes up, a container starts. The events say when to
 * look; what there is the kernel's list says, also where events were lost.
 */
export class AddressWatch implements Disposable {
  readonly #subscription: Disposable;
  readonly #take: (change: AddressChange) => void;
  readonly #read: () => readonly string[];
  #known: ReadonlySet<string>;
  #looking: NodeJS.Timeout | undefined;

  /** The calling thread is in this machine's namespace. @throws {LinuxError} */
  constructor(take: (change: AddressChange) => void, read: () => readonly string[] = () => readLocalAddresses()) {
    this.#take = take;
    this.#read = read;
    this.#known = new Set(read());
    const { IPV4_ADDRESS, IPV4_ROUTE, IPV6_ADDRESS, IPV6_ROUTE } = RTNLGRP;
    const groups = [IPV4_ADDRESS, IPV4_ROUTE, IPV6_ADDRESS, IPV6_ROUTE];
    const hear = ({ messages, lost }: NetlinkEvents) => {
      if (lost || messages.some(concernsOwnAddress)) this.changed();
    };
    this.#subscription = listenTo(NETLINK_ROUTE, groups, hear, { unref: true });
  }

  /** Something has; what it is will be looked at, once for many such events. */
  changed(): void {
    this.#looking ??= setTimeout(() => this.#look(), SETTLE_MS).unref();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#looking);
    this.#subscription[Symbol.dispose]();
  }

  #look(): void {
    this.#looking = undefined;
    const now = new Set(this.#read());
    const come = [...now].filter((address) => !this.#known.has(address));
    const gone = [...this.#known].filter((address) => !now.has(address));
    this.#known = now;
    if (come.length + gone.length > 0) this.#take({ come, gone });
  }
}
