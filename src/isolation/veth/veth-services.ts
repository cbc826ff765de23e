import type { Boundary } from '../../boundary.js';
import { NetmeterError } from '../../errors.js';
import type { Attempt } from '../../measurement/isolation.js';
import { type Egress, hasNames } from '../limits/destinations.js';
import type { KernelLimits } from '../limits/limit-rules.js';
import type { DnsObserver, SeenQuestions } from '../names/dns-exchange.js';
import { readHostsFile } from '../names/hosts-file.js';
import { needsRelay } from '../names/needs-relay.js';
import type { PublishedPort } from '../ports/ports.js';
import type { PublishedPorts } from '../ports/published-ports.js';
import type { LimitKeeper } from '../scope.js';
import type { InnerNetlink } from '../tools/sockets/inner-netlink.js';
import { hostLocalLink, leadingOut } from './links/subnet.js';
import { type MadeInside, NameService, type NamesGiven } from './name-service.js';
import type { Blocked } from './rules/blocked.js';
import type { EgressGate } from './rules/egress-gate.js';
import type { KeptLimits } from './rules/kept-limits.js';

export type ServiceOptions = {
  readonly publish?: readonly PublishedPort[];
  /** Limits on external octets that the kernel shall keep. */
  readonly keep?: KernelLimits | undefined;
  /** Where the command may send to; everywhere by default. */
  readonly egress?: Egress | undefined;
  /** Where exceptions of services end. */
  readonly boundary?: Boundary | undefined;
};

type Given = ServiceOptions & NamesGiven;

type Made = MadeInside & { readonly inside: InnerNetlink };

/**
 * What a command may find or meet in its namespace beyond the wire: names, published ports, a gate, kept limits. Each is
 * loaded where it is asked for: before the command starts every millisecond counts.
 */
export class VethServices implements Disposable {
  readonly #given: Given;
  readonly #names: NameService;
  #made: Made | undefined;
  #gate: EgressGate | undefined;
  #limits: KeptLimits | undefined;
  #published: PublishedPorts | undefined;

  constructor(given: Given) {
    this.#given = given;
    this.#names = new NameService(given);
  }

  /** Once the links are made and lead out. */
  async start(made: Made): Promise<void> {
    this.#made = made;
    this.#names.nameHost(made);
    // Before anything can look a name up.
    await this.#guardEgress(made);
    await Promise.all([this.#names.relay(made, this.#gate?.admit), this.#publishPorts(made), this.#keepLimits(made)]);
  }

  get limits(): LimitKeeper | undefined {
    return this.#limits;
  }

  /** Refuses the command all that leads out, by the rules that keep limits: until now there may have been none. */
  async refuse(): Promise<void> {
    if (!this.#made) return;
    this.#limits ??= await this.#openLimits(this.#made, {});
    this.#limits.refuse();
  }

  /** What limits and gate have refused so far. */
  blocked(): Blocked[] {
    return [this.#limits?.blocked(), this.#gate?.blocked()].filter((each) => each !== undefined);
  }

  async attempts(): Promise<readonly Attempt[] | null> {
    return this.#gate?.attempts() ?? null;
  }

  get relaysNames(): boolean {
    const { egress, resolver } = this.#given;
    return needsRelay(resolver) || (egress !== undefined && hasNames(egress));
  }

  /** @returns whether questions are seen from now on */
  async observeNames(observe: DnsObserver): Promise<SeenQuestions | undefined> {
    if (!this.#made) throw new NetmeterError('SETUP_FAILED', 'the scope is not open');
    return this.#names.observe(this.#made, observe, this.#gate?.admit);
  }

  [Symbol.dispose](): void {
    this.#limits?.[Symbol.dispose]();
    this.#names[Symbol.dispose]();
    this.#published?.[Symbol.dispose]();
  }

  async #guardEgress({ inside, plans }: Made): Promise<void> {
    const { egress, nat, resolver } = this.#given;
    if (!egress) return;
    const { EgressGate } = await import('./rules/egress-gate.js');
    this.#gate = EgressGate.open({
      egress,
      nat,
      inside: inside.nftables(),
      plans: leadingOut(plans),
      nameservers: resolver.servers ?? [],
      hosts: readHostsFile()?.text ?? '',
    });
  }

  async #publishPorts({ plans }: Made): Promise<void> {
    const { publish = [] } = this.#given;
    if (publish.length === 0) return;
    const { PublishedPorts } = await import('../ports/published-ports.js');
    this.#published = await PublishedPorts.open(publish, hostLocalLink(plans).inner.addresses, this.#given.boundary);
  }

  async #keepLimits(made: Made): Promise<void> {
    const { keep } = this.#given;
    if (keep) this.#limits = await this.#openLimits(made, keep);
  }

  async #openLimits({ inside, plans }: Made, limits: KernelLimits): Promise<KeptLimits> {
    const { nat } = this.#given;
    const { KeptLimits } = await import('./rules/kept-limits.js');
    return KeptLimits.open({ limits, nat, inside: inside.nftables(), plans: leadingOut(plans) });
  }
}
