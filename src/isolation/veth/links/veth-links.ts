import { setTimeout as pause } from 'node:timers/promises';
import { NetmeterError } from '../../../errors.js';
import type { LinuxError } from '../../../linux/linux-error.js';
import type { Message } from '../../../linux/netlink/message.js';
import { decodeLink, getLink, LIST_LINKS, setLink } from '../../../linux/netlink/route/link.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../../linux/netlink/socket.js';
import { ETHERNET_HEADER, type OctetsPerSecond } from '../../../units.js';
import type { Namespace } from '../../namespace/namespace.js';
import type { WayOut, WireReading } from '../../scope.js';
import type { AddressChange } from './address-watch.js';
import { DeviceWatch } from './device-watch.js';
import type { MadeLink } from './make-links.js';
import { isQueue, type QueueShape, queueMessages } from './queue-messages.js';
import { QueueWatch } from './queue-watch.js';
import { readBehind } from './read-behind.js';
import { readDrops } from './read-drops.js';
import { readQueues, type Sent } from './read-queues.js';
import type { LinkPlan } from './subnet.js';
import { endMessages, returnRoutes, routeMessages, unrouteMessages, upMessages } from './veth-pair.js';

export type LinksOptions = {
  readonly mtu: number;
  /** A limit is kept behind the queues: they must let one frame through at a time. */
  readonly isKept: boolean;
  readonly rate: OctetsPerSecond | undefined;
};

/** The loopback device is the first of every namespace. */
const LOOPBACK = 1;

/** The kernel tells a device that its link is up by a queue of its own, mostly before the next system call. */
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
   * Configures both ends of every link, each with one call of the kernel.
   * @param local addresses of this machine
   * @throws {NetmeterError} SETUP_FAILED: also for a queue that is to be relied on and is not there
   */
  configure(local: readonly string[]): void {
    const links = this.#links;
    this.#send(
      this.#here,
      links.map(({ plan, host }) => endMessages(host, plan.host, plan.inner)),
      links.map(({ plan, host }) => [...upMessages(host, this.#shapeOf(plan)), ...returnRoutes(host, plan)]),
    );
    this.#send(
      this.#there,
      [
        ...links.map(({ plan, inner }) => endMessages(inner, plan.inner, plan.host)),
        [setLink(LOOPBACK, { isUp: true })],
      ],
      [queueMessages(LOOPBACK), ...links.map(({ plan, inner }) => upMessages(inner, this.#shapeOf(plan)))],
      links.map(({ plan, inner }) => routeMessages(inner, plan, local)),
    );
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

  #shapeOf({ purpose }: LinkPlan): QueueShape | undefined {
    const { mtu, isKept, rate } = this.#options;
    return purpose === 'host-local' ? undefined : { frame: mtu + ETHERNET_HEADER, single: isKept, rate };
  }

  /** @throws {NetmeterError} SETUP_FAILED, with what the kernel said of the first that it refused */
  #send(socket: NetlinkSocket, ...steps: readonly (readonly (readonly Message[])[])[]): void {
    const messages = steps.flat(2);
    for (const refusal of socket.attempt(messages).refusals) {
      if (!isQueue(messages[refusal.index])) throw failed('the links could not be configured', refusal);
      // Without a queue /proc must do.
      if (this.#needsQueues) throw failed('--enforce, --rate-limit: this kernel refuses the queues for them', refusal);
    }
  }

  get #needsQueues(): boolean {
    return this.#options.isKept || this.#options.rate !== undefined;
  }
}

const dropsOf = (queues: readonly Sent[]) => BigInt(queues.reduce((sum, { drops }) => sum + drops, 0));

const failed = (what: string, refusal: LinuxError) =>
  new NetmeterError('SETUP_FAILED', `${what}: ${refusal.message}`, {
    cause: refusal,
    ...(what.startsWith('--') && { cure: NO_BUCKETS }),
  });

const NO_BUCKETS = 'Load the module sch_tbf, or leave the two out: --kill ends a command without it.';
