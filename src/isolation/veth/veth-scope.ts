import { Boundary } from '../../boundary.js';
import { NetmeterError } from '../../errors.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import type { Attempt, Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import type { OctetsPerSecond } from '../../units.js';
import { readLocalAddresses } from '../machine/read-local-addresses.js';
import { readUplink, type Uplink } from '../machine/read-uplink.js';
import type { DnsObserver } from '../names/dns-exchange.js';
import { readHostsFile } from '../names/hosts-file.js';
import { chooseResolver } from '../names/read-resolver.js';
import type { HostPort } from '../ports/ports.js';
import type { LimitKeeper, RemoteSource, Scope, WireReading } from '../scope.js';
import { asAccount } from '../tools/as-account.js';
import { findTools, type Tools } from '../tools/find-tools.js';
import { InnerNftables } from '../tools/inner-nftables.js';
import { opened } from '../tools/opened.js';
import { ipv6Support, planForwarding, switchForwardingOn } from './forwarding.js';
import { Guardian, type GuardianOptions } from './guardian.js';
import { chooseLinks, type Links } from './make-links.js';
import { Namespace } from './namespace.js';
import { NatTable } from './nat-table.js';
import { openFirewall, openInput } from './open-firewall.js';
import { hostLocalLink, leadingOut } from './subnet.js';
import { MAX_TRIES, VethLinks } from './veth-links.js';
import { innerLines } from './veth-pair.js';
import { type ServiceOptions, VethServices } from './veth-services.js';

export type OpenOptions = {
  /** Aborted while the scope is being made: it is taken down again. */
  readonly signal?: AbortSignal | undefined;
  readonly hostPorts?: readonly HostPort[];
  /** Octets a second that may pass, each way and family. */
  readonly rateLimit?: OctetsPerSecond | undefined;
} & ServiceOptions &
  Pick<GuardianOptions, 'cwd' | 'openFiles' | 'cgroup' | 'trace'>;

/**
 * A network namespace with a veth pair for each address family to the host, which translates its addresses, and one to
 * the host's own addresses. A pair each, because a queue counts whole packets: on one pair they could not be told apart.
 */
export class VethScope implements Scope {
  readonly #tools: Tools;
  readonly warnings: Warning[];
  readonly #uplink: Uplink = readUplink();
  readonly #ipv6: boolean;
  readonly #hasMounts: boolean;
  readonly #guardian: Guardian;
  readonly #nat: NatTable;
  readonly #services: VethServices;
  readonly #links: VethLinks;
  #namespace: Namespace | undefined;
  #inside: InnerNftables | undefined;
  #hostAddresses: readonly string[] = [];

  /**
   * Opens a scope. Everything that does not depend on another is started at once; on failure all of it is undone.
   * @throws {NetmeterError} MISSING_TOOLS, FORWARDING_BLOCKED, NO_FREE_SUBNET, SETUP_FAILED, INTERRUPTED
   */
  static async open({ signal, ...options }: OpenOptions = {}): Promise<VethScope> {
    const scope = new VethScope(findTools(), options);
    return opened(scope, () => scope.#setUp(), signal);
  }

  private constructor(tools: Tools, options: Omit<OpenOptions, 'signal'>) {
    const { publish = [], hostPorts = [], cwd, openFiles, cgroup, trace, keep, egress, rateLimit } = options;
    const { boundary = new Boundary() } = options;
    this.#tools = tools;
    const { ipv6, warnings } = ipv6Support(this.#uplink);
    this.#ipv6 = ipv6;
    this.warnings = warnings;
    const resolver = chooseResolver({ ipv6 });
    const { resolvConf } = resolver;
    // Who speaks with the host wants its name; else the command's mounts had better stay visible to the host.
    const wantsName = resolvConf !== undefined || publish.length + hostPorts.length > 0;
    const hosts = wantsName ? readHostsFile() : undefined;
    this.#hasMounts = resolvConf !== undefined || hosts !== undefined;
    this.#guardian = new Guardian(tools, { cwd, openFiles, cgroup, trace, resolvConf, hosts });
    const { helpers } = this.#guardian;
    this.#nat = new NatTable(publish);
    this.#services = new VethServices({ publish, keep, egress, boundary, nat: this.#nat, resolver, hosts });
    const isKept = keep !== undefined;
    this.#links = new VethLinks({ tools, helpers, mtu: this.#uplink.mtu, ipv6, isKept, rate: rateLimit });
  }

  get isolation(): Isolation {
    return { kind: 'veth', mtu: this.#uplink.mtu, families: this.#ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'] };
  }

  get counterPid(): number {
    return this.#opened.pid;
  }

  get hostAddresses(): readonly string[] {
    return this.#hostAddresses;
  }

  enter(identity: readonly string[]): string[] {
    return [...this.#opened.enter(this.#tools), ...asAccount(this.#tools.setpriv, identity)];
  }

  administer(): string[] {
    return [this.#tools.nsenter, '--target', `${this.counterPid}`, '--net', '--'];
  }

  async nftables(): Promise<Nftables | undefined> {
    return this.#inside?.take();
  }

  get marks(): Readonly<Record<string, string>> {
    const [host] = hostLocalLink(this.#links.plans).host.addresses;
    return { ...this.#guardian.marks, ...(host && { NETMETER_HOST: host }) };
  }

  /** All processes inside. */
  processes(): number[] {
    return this.#opened.members();
  }

  exempt = (pid: number): Disposable => this.#opened.exempt(pid);

  readWire(): Promise<WireReading> {
    return this.#links.read();
  }

  sampleWire(): Promise<WireReading> {
    return this.readWire();
  }

  get limits(): LimitKeeper | undefined {
    return this.#services.limits;
  }

  refuse = (): Promise<void> => this.#services.refuse();

  get remotes(): RemoteSource {
    return this.#nat;
  }

  /** Where names cannot be seen, the command asks its nameservers as ever. */
  async observeNames(observe: DnsObserver): Promise<boolean> {
    await openInput(this.#firewall);
    return this.#services.observeNames(observe);
  }

  removeTrace(name: string): Promise<void> {
    return this.#guardian.removeTrace(name);
  }

  attempts(): Promise<readonly Attempt[] | null> {
    return this.#services.attempts();
  }

  /** Ends what still lives inside and leaves the host as it was. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#services[Symbol.dispose]();
    this.#nat.remove();
    await this.#guardian.finish();
    this.#inside?.[Symbol.dispose]();
    this.#nat[Symbol.dispose]();
  }

  get #firewall() {
    return { nftables: this.#nat.nftables, guardian: this.#guardian, link: this.#links.name };
  }

  get #opened(): Namespace {
    if (!this.#namespace) throw new NetmeterError('SETUP_FAILED', 'the scope is not open');
    return this.#namespace;
  }

  async #setUp(): Promise<void> {
    // The table only needs the interfaces' names: it is made while the namespace and the links are.
    const { keys, switchedOn } = planForwarding(this.#uplink, this.#ipv6);
    const chosen = this.#translate(switchedOn);
    this.#namespace = await Namespace.ready(this.#guardian, this.#hasMounts);
    const inside = InnerNftables.of(this.counterPid);
    this.#inside = inside;
    const held = this.#guardian.hold();
    await this.#links.make(chosen, this.counterPid, this.#nat, switchedOn);
    // Before Linux 5.12 a table has no owner with whom it would go.
    if (!this.#nat.isOwned) await this.#guardian.leaves({ tables: [this.#nat.name] });
    await Promise.all([held, this.#configureInside(), this.#links.attachOutside(), this.#connect(keys)]);
    await this.#services.start({ namespace: this.#opened, plans: this.#links.plans, inside });
  }

  /** Chooses a number whose links and table are nobody's. */
  #translate(switchedOn: readonly string[]): Links {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const chosen = chooseLinks(this.#ipv6);
      if (this.#nat.add(chosen, switchedOn)) return chosen;
    }
    throw new NetmeterError('NO_FREE_SUBNET', `no free table of nftables was found in ${MAX_TRIES} tries`);
  }

  async #configureInside(): Promise<void> {
    const { plans } = this.#links;
    // The namespace's gateways are addresses of this machine too.
    const gateways = leadingOut(plans).flatMap(({ host }) => host.addresses);
    const local = [...readLocalAddresses(), ...gateways];
    this.#hostAddresses = [...local, ...hostLocalLink(plans).host.addresses];
    await this.#opened.configure(['link set lo up', ...plans.flatMap((plan) => innerLines(plan, local))]);
    await this.#links.attachInside();
  }

  /** After the address translation, whose rules keep the forwarding to the namespace's packets. */
  async #connect(keys: readonly string[]): Promise<void> {
    await switchForwardingOn(keys, this.#links.plans, this.#guardian);
    await openFirewall(this.#firewall);
  }
}
