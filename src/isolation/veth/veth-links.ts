import { NetmeterError } from '../../errors.js';
import { ETHERNET_HEADER, type OctetsPerSecond } from '../../units.js';
import type { WireReading } from '../scope.js';
import type { Tools } from '../tools/find-tools.js';
import type { Helpers } from './guardian.js';
import { chooseLinks, hostDevices, innerDevices, type Links, makeLinks, makeLinksAgain } from './make-links.js';
import type { NatTable } from './nat-table.js';
import { QueueCounters } from './queue-counters.js';
import { type LinkPlan, leadingOut } from './subnet.js';

export type LinksOptions = {
  readonly tools: Tools;
  readonly helpers: Helpers;
  readonly mtu: number;
  readonly ipv6: boolean;
  /** A limit is kept behind the queues: they must let one frame through at a time. */
  readonly isKept: boolean;
  readonly rate: OctetsPerSecond | undefined;
};

/** Each try fails only when another run took the same number in the same millisecond. */
export const MAX_TRIES = 50;

/** A run's veth pairs, and the queues at both ends of each, whose counts are the wire's. */
export class VethLinks {
  readonly #options: LinksOptions;
  readonly #hostQueues: QueueCounters;
  readonly #innerQueues: QueueCounters;
  #links: Links | undefined;

  constructor(options: LinksOptions) {
    this.#options = options;
    this.#hostQueues = new QueueCounters(options.helpers.hostTc);
    this.#innerQueues = new QueueCounters(options.helpers.holder);
  }

  get plans(): readonly LinkPlan[] {
    return this.#made.plans;
  }

  /** The first of the host's ends, whose name is the run's. */
  get name(): string {
    const [link] = hostDevices(this.#made);
    if (link === undefined) throw new NetmeterError('SETUP_FAILED', 'there is no link');
    return link;
  }

  /**
   * Makes the chosen links, or others when somebody else was faster.
   * @param nat whose rules for the chosen ones are there
   * @throws {NetmeterError} NO_FREE_SUBNET, SETUP_FAILED
   */
  async make(chosen: Links, holderPid: number, nat: NatTable, switchedOn: readonly string[]): Promise<void> {
    const { helpers, tools, mtu, ipv6 } = this.#options;
    const making = { mtu, holderPid };
    if (await makeLinks(helpers.hostIp, chosen, making)) {
      this.#links = chosen;
      return;
    }
    nat.remove();
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const links = chooseLinks(ipv6);
      if (!nat.add(links, switchedOn)) continue;
      if (!(await makeLinksAgain(tools, links, making))) {
        nat.remove();
        continue;
      }
      this.#links = links;
      return;
    }
    throw new NetmeterError('NO_FREE_SUBNET', `no free subnet was found in ${MAX_TRIES} tries`);
  }

  /** @throws {NetmeterError} SETUP_FAILED: a queue that is to be relied on is not there */
  attachOutside(): Promise<void> {
    return this.#attach(this.#hostQueues, hostDevices(this.#made));
  }

  /** The same for the inner ends, and lo. */
  attachInside(): Promise<void> {
    return this.#attach(this.#innerQueues, this.#inner);
  }

  /** About a millisecond. */
  async read(): Promise<WireReading> {
    const inner = this.#inner;
    const [incoming, outgoing] = await Promise.all([
      this.#hostQueues.read(hostDevices(this.#made)),
      this.#innerQueues.read(inner),
    ]);
    return Object.fromEntries([
      ...this.plans.map((plan, index) => [`${plan.inner.device}.in`, incoming[index]]),
      ...inner.map((device, index) => [`${device}.out`, outgoing[index]]),
    ]);
  }

  get #made(): Links {
    if (!this.#links) throw new NetmeterError('SETUP_FAILED', 'the scope is not open');
    return this.#links;
  }

  get #inner(): string[] {
    return ['lo', ...innerDevices(this.#made)];
  }

  async #attach(queues: QueueCounters, devices: readonly string[]): Promise<void> {
    const { mtu, isKept, rate } = this.#options;
    const external = leadingOut(this.plans).flatMap(({ host, inner }) => [host.device, inner.device]);
    const shape = { frame: mtu + ETHERNET_HEADER, single: isKept, rate };
    const readings = await queues.attach(devices, (device) => (external.includes(device) ? shape : undefined));
    if ((isKept || rate !== undefined) && readings.includes(undefined)) {
      throw new NetmeterError('SETUP_FAILED', '--enforce, --rate-limit: this kernel refuses the queues for them', {
        cure: 'Load the module sch_tbf, or leave the two out: --kill ends a command without it.',
      });
    }
  }
}
