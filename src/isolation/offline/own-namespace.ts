import { newAddress } from '../../linux/netlink/route/address.js';
import { setLink } from '../../linux/netlink/route/link.js';
import { newRoute } from '../../linux/netlink/route/route.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../linux/netlink/socket.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import { RunMembers } from '../machine/members/run-members.js';
import { hostsWithLoopbackName } from '../names/hosts-file.js';
import { asSetUp } from '../namespace/as-set-up.js';
import { Namespace } from '../namespace/namespace.js';
import { startAs } from '../namespace/start-as.js';
import { InnerNetlink } from '../tools/sockets/inner-netlink.js';
import type { OfflineNamespace, OfflineNamespaceOptions } from './offline-namespace.js';

/** The first device of every namespace. */
const LOOPBACK = 1;

/** root's: made by calls of the kernel alone, and no process lives in it but the command's. */
export class OwnNamespace implements OfflineNamespace {
  readonly members: RunMembers;
  readonly #namespace: Namespace;
  readonly #inside: InnerNetlink;
  readonly #openFiles: number | undefined;

  /** @param run what its processes are known by. @throws {NetmeterError} SETUP_FAILED */
  static make(run: string, options: OfflineNamespaceOptions): OwnNamespace {
    return asSetUp(() => new OwnNamespace(run, options));
  }

  private constructor(run: string, { openFiles, hostPorts = [] }: OfflineNamespaceOptions) {
    // Who speaks with the host wants its name.
    const hosts = hostPorts.length > 0 ? hostsWithLoopbackName() : undefined;
    this.#openFiles = openFiles;
    this.#namespace = Namespace.make(hosts ? [hosts] : []);
    this.#inside = InnerNetlink.in(this.#namespace.network);
    const { identity } = this.#namespace.network;
    this.members = new RunMembers(run, () => identity);
  }

  get identity(): string {
    return this.#namespace.network.identity;
  }

  get network(): number {
    return this.#namespace.network.fd;
  }

  inspect<T>(work: (process: 'thread-self') => NoPromise<T>): T {
    return this.#namespace.network.inside(() => work('thread-self'));
  }

  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T {
    this.members.startsInside();
    return this.#namespace.inside<T>(() => startAs({ account, openFiles: this.#openFiles }, spawn) as NoPromise<T>);
  }

  administer<T>(spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return this.#namespace.administer(spawn);
  }

  async netlink(): Promise<InnerNetlink> {
    return this.#inside;
  }

  async made(): Promise<void> {
    this.#configure((route) => void route.exchange([setLink(LOOPBACK, { isUp: true })]));
  }

  async leadToLoopback(): Promise<void> {
    this.#configure((route) => {
      route.exchange(allTo('198.18.0.1', 32, '0.0.0.0'));
      // A kernel may have no IPv6.
      route.attempt(allTo('fd6e:6574:6d65::1', 128, '::'));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#inside[Symbol.dispose]();
    this.#namespace[Symbol.dispose]();
  }

  #configure(work: (route: NetlinkSocket) => void): void {
    asSetUp(() => {
      using route = this.#namespace.network.inside(() => NetlinkSocket.open(NETLINK_ROUTE));
      work(route);
    });
  }
}

/** An address of a family for loopback, and the route of all others of it to there. */
const allTo = (address: string, prefixLength: number, every: string) => [
  newAddress({ index: LOOPBACK, address, prefixLength }),
  newRoute({ to: { address: every, length: 0 }, index: LOOPBACK, from: address }),
];
