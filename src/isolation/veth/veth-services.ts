import { writeFileSync } from 'node:fs';
import type { Boundary } from '../../boundary.js';
import { NetmeterError } from '../../errors.js';
import type { Attempt } from '../../measurement/isolation.js';
import { type Egress, hasNames } from '../limits/destinations.js';
import type { KernelLimits } from '../limits/limit-rules.js';
import type { DnsObserver } from '../names/dns-exchange.js';
import { readHostsFile, withHostName } from '../names/hosts-file.js';
import { needsRelay } from '../names/needs-relay.js';
import type { ResolverChoice } from '../names/read-resolver.js';
import { type CoveredFile, withNameservers } from '../names/resolver.js';
import type { Namespace } from '../namespace/namespace.js';
import type { PublishedPort } from '../ports/ports.js';
import type { PublishedPorts } from '../ports/published-ports.js';
import type { LimitKeeper } from '../scope.js';
import type { InnerNetlink } from '../tools/inner-netlink.js';
import { hostLocalLink, type LinkPlan, leadingOut } from './links/subnet.js';
import type { Blocked } from './rules/blocked.js';
import type { EgressGate } from './rules/egress-gate.js';
import type { KeptLimits } from './rules/kept-limits.js';
import type { NatTable } from './rules/nat-table.js';
import type { ScopeNames } from './scope-names.js';

export type ServiceOptions = {
  readonly publish?: readonly PublishedPort[];
  /** Limits on external octets that the kernel shall keep. */
  readonly keep?: KernelLimits | undefined;
  /** Where the command may send to; everywhere by default. */
  readonly egress?: Egress | undefined;
  /** Where exceptions of services end. */
  readonly boundary?: Boundary | undefined;
};

type Given = ServiceOptions & {
  readonly nat: NatTable;
  readonly resolver: ResolverChoice;
  /** The table of names that is covered. */
  readonly hosts: CoveredFile | undefined;
  readonly boundary: Boundary;
};

type Made = {
  readonly namespace: Namespace;
  readonly plans: readonly LinkPlan[];
  readonly inside: InnerNetlink;
};

/**
 * What a command may find or meet in its namespace beyond the wire: names, published ports, a gate, kept limits. Each is
 * loaded where it is asked for: before the command starts every millisecond counts.
 */
export class VethServices implements Disposable {
  readonly #given: Given;
  #made: Made | undefined;
  #gate: EgressGate | undefined;
  #names: ScopeNames | undefined;
  #limits: KeptLimits | undefined;
  #published: PublishedPorts | undefined;

  constructor(given: Given) {
    this.#given = given;
  }

  /** Once the links are made and lead out. */
  async start(made: Made): Promise<void> {
    this.#made = made;
    this.#nameHost(made);
    // Before anything can look a name up.
    await this.#guardEgress(made);
    await Promise.all([this.#relayNames(made), this.#publishPorts(made), this.#keepLimits(made)]);
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
  async observeNames(observe: DnsObserver): Promise<boolean> {
    if (!this.#made) throw new NetmeterError('SETUP_FAILED', 'the scope is not open');
    return (await this.#openNames(this.#made)).observe(observe, this.#given.nat, this.#made.plans);
  }

  [Symbol.dispose](): void {
    this.#limits?.[Symbol.dispose]();
    this.#names?.[Symbol.dispose]();
    this.#published?.[Symbol.dispose]();
  }

  #nameHost(made: Made): void {
    const { hosts } = this.#given;
    if (hosts) rewrite(made, { ...hosts, text: withHostName(hosts.text, hostLocalLink(made.plans).host.addresses) });
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

  /** Lets the namespace ask, at the host's end of its link, a resolver that only the host itself can reach. */
  async #relayNames(made: Made): Promise<void> {
    const { relayTo, resolvConf } = this.#given.resolver;
    const [server] = relayTo ?? [];
    const link = hostLocalLink(made.plans);
    const [address] = link.host.addresses;
    if (server === undefined || !resolvConf || !address) return;
    await (await this.#openNames(made)).relayTo(server, link, this.#given.nat);
    rewrite(made, { ...resolvConf, text: withNameservers(resolvConf.text, [address]) });
  }

  async #openNames(made: Made): Promise<ScopeNames> {
    const { ScopeNames } = await import('./scope-names.js');
    this.#names ??= new ScopeNames(
      this.#given.resolver,
      hostLocalLink(made.plans).host.addresses,
      this.#given.boundary,
      this.#gate?.admit,
    );
    return this.#names;
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

/** Gives a file that is covered another text. */
const rewrite = ({ namespace }: Made, { target, text }: CoveredFile): void =>
  namespace.inside(() => writeFileSync(target, text));
