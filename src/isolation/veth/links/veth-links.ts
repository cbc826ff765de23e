import { setTimeout as pause } from 'node:timers/promises';
import { NetmeterError } from '../../../errors.js';
import { decodeLink, getLink, LIST_LINKS } from '../../../linux/netlink/route/link.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../../linux/netlink/socket.js';
import type { Namespace } from '../../namespace/namespace.js';
import type { WayOut, WireReading } from '../../scope.js';
import type { AddressChange } from './address-watch.js';
import { configureLinks, type LinksOptions, LOOPBACK } from './configure-links.js';
import { DeviceWatch } from './device-watch.js';
import type { MadeLink } from './make-links.js';
import { QueueWatch } from './queue-watch.js';
import { readBehind } from './read-behind.js';
import { readDrops } from './read-drops.js';
import { readQueues, type Sent } from './read-queues.js';
import type { LinkPlan } from './subnet.js';
import { routeMessages, unrouteMessages } from './veth-pair.js';

/** The kernel notices that a device's link is up by a queue of its own, mostly before the next system call. */
const LINK_UP_MS = 30_000;

/** A run's veth pairs, and the queues at both ends of each, whose counts are the wire's. */
export class VethLinks implements Disposable {
  readonly #options: LinksOptions;
  /** In the host's namespace. */
  readonly #here: NetlinkSocket;
  /** In the command's. */
  readonly #there: NetlinkSocket;
  readonly #links: readonly MadeLink[];
  readonly #namespace: Namespace;
  #watch: QueueWatch | undefined;
  #devices: DeviceWatch | undefined;

  /** @param here a socket of the host's namespace, for these links to close */
  constructor(links: readonly MadeLink[], namespace: Namespace, here: NetlinkSocket, options: LinksOptions) {
    this.#links = links;
    this.#options = options;
    this.#here = here;
    this.#namespace = namespace;
    this.#there = namespace.network.inside(() => NetlinkSocket.open(NETLINK_ROUTE));
  }

  get plans(): readonly LinkPlan[] {
    return this.#links.map(({ plan }) => plan);
  }

  /** The inner ends. */
  get waysOut(): readonly WayOut[] {
    const { mtu } = this.#options;
    return this.#links.map(({ plan, inner }) => ({
      index: inner,
      leadsTo: plan.purpose === 'host-local' ? 'host' : 'everywhere',
      mtu,
    }));
  }

  /** The first of the host's ends, whose name is the run's. */
  get name(): string {
    const [link] = this.#links;
    if (link === undefined) throw new NetmeterError('SETUP_FAILED', 'there is no link');
    return link.plan.host.device;
  }

  /**
   * Configures both ends of every link.
   * @param local addresses of this machine
   * @throws {NetmeterError} SETUP_FAILED: also for a queue that is to be relied on and is not there
   */
  configure(local: readonly string[]): void {
    configureLinks({ links: this.#links, here: this.#here, there: this.#there }, local, this.#options);
    const present = this.#there.dump(LIST_LINKS).map((message) => decodeLink(message).index);
    this.#watch = this.#namespace.network.inside(() => new QueueWatch());
    this.#devices = this.#namespace.network.inside(() => new DeviceWatch(present));
  }

  /** Has the link to this machine carry other addresses of it. What the kernel refuses is there, or gone, already. */
  follow({ come, gone }: AddressChange): void {
    const local = this.#links.filter(({ plan }) => plan.purpose === 'host-local');
    this.#there.attempt(
      local.flatMap(({ plan, inner }) => [...unrouteMessages(inner, plan, gone), ...routeMessages(inner, plan, come)]),
    );
  }

  /** Resolves when both ends of every link send what they are given. @throws {NetmeterError} SETUP_FAILED */
  async running(): Promise<void> {
    for (const deadline = performance.now() + LINK_UP_MS; !this.#isRunning(); ) {
      if (performance.now() > deadline) throw new NetmeterError('SETUP_FAILED', 'the links did not come up');
      await pause(1);
    }
  }

  /** Some 0.2 ms. Undefined for a queue that is gone, no longer ours, or has been replaced meanwhile. */
  read(): WireReading {
    const links = this.#links;
    const incoming = readQueues(
      this.#here,
      links.map(({ host }) => host),
    );
    const inner = [LOOPBACK, ...links.map((link) => link.inner)].filter((index) => !this.#watch?.hasChanged(index));
    const outgoing = readQueues(this.#there, inner);
    return {
      ...Object.fromEntries(links.map(({ plan, host }) => [`${plan.inner.device}.in`, incoming.get(host)])),
      'queues.dropped': { bytes: 0n, packets: dropsOf([...incoming.values(), ...outgoing.values()]) },
      'own.devices': { bytes: 0n, packets: BigInt(this.#devices?.count ?? 0) },
      'lo.out': outgoing.get(LOOPBACK),
      ...Object.fromEntries(links.map((link) => [`${link.plan.inner.device}.out`, outgoing.get(link.inner)])),
    };
  }

  /** What this machine has done with packets behind the links. @param devices by which they leave it */
  behind(devices: readonly string[]): WireReading {
    const end = (purpose: LinkPlan['purpose']) => this.plans.find((plan) => plan.purpose === purpose)?.host.device;
    return {
      'uplink.dropped': readDrops(this.#here, devices),
      ...readBehind({ ipv4: end('ipv4'), ipv6: end('ipv6') }),
    };
  }

  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]();
    this.#devices?.[Symbol.dispose]();
    this.#here[Symbol.dispose]();
    this.#there[Symbol.dispose]();
  }

  #isRunning(): boolean {
    const ends = this.#here.exchange(this.#links.map(({ plan }) => getLink(plan.host.device)));
    const inner = this.#there.dump(LIST_LINKS);
    return [...ends, ...inner].map(decodeLink).every(({ isRunning }) => isRunning);
  }
}

const dropsOf = (queues: readonly Sent[]) => BigInt(queues.reduce((sum, { drops }) => sum + drops, 0));
