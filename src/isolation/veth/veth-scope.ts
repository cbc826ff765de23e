import { Boundary } from '../../boundary.js';
import { NetmeterError } from '../../errors.js';
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
import { opened } from '../tools/opened.js';
import { ipv6Support, planForwarding, switchForwardingOn } from './forwarding.js';
import { Guardian, type GuardianOptions } from './guardian.js';
import { chooseLinks } from './make-links.js';
import { Namespace } from './namespace.js';
import { NatTable } from './nat-table.js';
import { openFirewall, openInput } from './open-firewall.js';
import { hostLocalLink, leadingOut } from './subnet.js';
import { VethLinks } from './veth-links.js';
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
  /** `nft list chains` from before our own table. */
  #listing = '';
  readonly #guardian: Guardian;
  readonly #nat: NatTable;
  readonly #services: VethServices;
  readonly #links: VethLinks;
  #namespace: Namespace | undefined;
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
    this.#nat = new NatTable(helpers.nft, publish);
    this.#services = new VethServices({ publish, keep, egress, boundary, tools, nat: this.#nat, resolver, hosts });
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
    await openInput(this.#tools, this.#guardian, this.#links.name, this.#listing);
    return this.#services.observeNames(observe);
  }

  removeTrace(name: string): Promise<void> {
    return this.#guardian.removeTrace(name);
  }

  attempts(): Promise<readonly Attempt[] | null> {
    return this.#services.attempts();
  }

  /** Ends what still lives inside and leaves the host as it was. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#services[Symbol.dispose]();
    return this.#guardian.finish();
  }

  get #opened(): Namespace {
    if (!this.#namespace) throw new NetmeterError('SETUP_FAILED', 'the scope is not open');
    return this.#namespace;
  }

  async #setUp(): Promise<void> {
    // The table only needs the interfaces' names: it is made while the namespace and the links are.
    const chosen = chooseLinks(this.#ipv6);
    const { keys, switchedOn } = planForwarding(this.#uplink, this.#ipv6);
    const translated = this.#nat.add(chosen, switchedOn);
    this.#namespace = await Namespace.ready(this.#guardian, this.#hasMounts);
    const held = this.#guardian.hold();
    await this.#links.make(chosen, this.counterPid, this.#nat, switchedOn);
    await Promise.all([
      held,
      this.#configureInside(),
      this.#links.attachOutside(),
      translated.then((listing) => {
        this.#listing = listing;
        return this.#connect(keys, listing);
      }),
    ]);
    await this.#services.start({ namespace: this.#opened, plans: this.#links.plans });
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
  async #connect(keys: readonly string[], listing: string): Promise<void> {
    await switchForwardingOn(keys, this.#links.plans, this.#guardian);
    await openFirewall(this.#tools, this.#guardian, this.#links.name, listing);
  }
}
