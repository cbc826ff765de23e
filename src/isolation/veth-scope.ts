import { NetmeterError } from '../errors.js';
import type { Attempt, Isolation } from '../measurement/isolation.js';
import type { Warning } from '../measurement/measurement.js';
import type { OctetsPerSecond } from '../units.js';
import { asAccount } from './as-account.js';
import type { DnsObserver } from './dns-exchange.js';
import { findTools, type Tools } from './find-tools.js';
import { canForwardIpv6, planForwarding, switchForwardingOn } from './forwarding.js';
import { Guardian, type GuardianOptions } from './guardian.js';
import { readHostsFile } from './hosts-file.js';
import { chooseLinks, hostDevices, innerDevices, type Links, makeLinks, makeLinksAgain } from './make-links.js';
import { Namespace } from './namespace.js';
import { NatTable } from './nat-table.js';
import { openFirewall, openInput } from './open-firewall.js';
import type { HostPort } from './ports.js';
import { QueueCounters } from './queue-counters.js';
import { readLocalAddresses } from './read-local-addresses.js';
import { chooseResolver } from './read-resolver.js';
import { carriesIpv6, readUplink, type Uplink } from './read-uplink.js';
import type { LimitKeeper, RemoteSource, Scope, WireReading } from './scope.js';
import { hostLocalLink, leadingOut } from './subnet.js';
import { innerLines } from './veth-pair.js';
import { type ServiceOptions, VethServices } from './veth-services.js';

export type OpenOptions = {
  /** Aborted while the scope is being made: it is taken down again. */
  readonly signal?: AbortSignal | undefined;
  readonly hostPorts?: readonly HostPort[];
  /** Octets a second that may pass, each way and family. */
  readonly rateLimit?: OctetsPerSecond | undefined;
} & ServiceOptions &
  Pick<GuardianOptions, 'cwd' | 'openFiles' | 'trace'>;

/** Each try fails only when another run took the same number in the same millisecond. */
const MAX_TRIES = 50;

const ETHERNET_HEADER = 14;

/**
 * A network namespace with a veth pair for each address family to the host, which translates its addresses, and one to
 * the host's own addresses. A pair each, because a queue counts whole packets: on one pair they could not be told apart.
 */
export class VethScope implements Scope {
  readonly #mtu: number;
  readonly #tools: Tools;
  readonly warnings: Warning[] = [];
  readonly #uplink: Uplink = readUplink();
  readonly #ipv6: boolean;
  readonly #hasMounts: boolean;
  readonly #isKept: boolean;
  readonly #rate: OctetsPerSecond | undefined;
  /** `nft list chains` from before our own table. */
  #listing = '';
  readonly #guardian: Guardian;
  readonly #nat: NatTable;
  readonly #services: VethServices;
  readonly #hostQueues: QueueCounters;
  readonly #innerQueues: QueueCounters;
  #namespace: Namespace | undefined;
  #links: Links | undefined;
  #hostAddresses: readonly string[] = [];

  /**
   * Opens a scope. Everything that does not depend on another is started at once; on failure all of it is undone.
   * @throws {NetmeterError} MISSING_TOOLS, FORWARDING_BLOCKED, NO_FREE_SUBNET, SETUP_FAILED, INTERRUPTED
   */
  static async open({ signal, ...options }: OpenOptions = {}): Promise<VethScope> {
    const scope = new VethScope(findTools(), options);
    try {
      await scope.#setUp();
      if (signal?.aborted) throw new NetmeterError('INTERRUPTED', 'interrupted before the command started');
      return scope;
    } catch (error) {
      await scope[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(tools: Tools, options: Omit<OpenOptions, 'signal'>) {
    const { publish = [], hostPorts = [], cwd, openFiles, trace, keep, egress, rateLimit } = options;
    this.#isKept = keep !== undefined;
    this.#rate = rateLimit;
    this.#tools = tools;
    this.#mtu = this.#uplink.mtu;
    this.#ipv6 = this.#decideIpv6();
    const resolver = chooseResolver({ ipv6: this.#ipv6 });
    const { resolvConf } = resolver;
    // Who speaks with the host wants its name; else the command's mounts had better stay visible to the host.
    const wantsName = resolvConf !== undefined || publish.length + hostPorts.length > 0;
    const hosts = wantsName ? readHostsFile() : undefined;
    this.#hasMounts = resolvConf !== undefined || hosts !== undefined;
    this.#guardian = new Guardian(tools, { cwd, openFiles, trace, resolvConf, hosts });
    const { nft, hostTc, holder } = this.#guardian.helpers;
    this.#nat = new NatTable(nft, publish);
    this.#services = new VethServices({ publish, keep, egress, tools, nat: this.#nat, resolver, hosts });
    this.#hostQueues = new QueueCounters(hostTc);
    this.#innerQueues = new QueueCounters(holder);
  }

  get isolation(): Isolation {
    return { kind: 'veth', mtu: this.#mtu, families: this.#ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'] };
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
    const [host] = hostLocalLink(this.#made.plans).host.addresses;
    return { ...this.#guardian.marks, ...(host && { NETMETER_HOST: host }) };
  }

  /** All processes inside. */
  processes(): number[] {
    return this.#opened.members();
  }

  exempt = (pid: number): Disposable => this.#opened.exempt(pid);

  /** About a millisecond. */
  async readWire(): Promise<WireReading> {
    const { plans } = this.#made;
    const inner = ['lo', ...innerDevices(this.#made)];
    const [incoming, outgoing] = await Promise.all([
      this.#hostQueues.read(hostDevices(this.#made)),
      this.#innerQueues.read(inner),
    ]);
    return Object.fromEntries([
      ...plans.map((plan, index) => [`${plan.inner.device}.in`, incoming[index]]),
      ...inner.map((device, index) => [`${device}.out`, outgoing[index]]),
    ]);
  }

  sampleWire(): Promise<WireReading> {
    return this.readWire();
  }

  get limits(): LimitKeeper | undefined {
    return this.#services.limits;
  }

  get remotes(): RemoteSource {
    return this.#nat;
  }

  /** Where names cannot be seen, the command asks its nameservers as ever. */
  async observeNames(observe: DnsObserver): Promise<boolean> {
    const [link] = hostDevices(this.#made);
    if (link) await openInput(this.#tools, this.#guardian, link, this.#listing);
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

  get #made(): Links {
    if (!this.#links) throw new NetmeterError('SETUP_FAILED', 'the scope is not open');
    return this.#links;
  }

  async #setUp(): Promise<void> {
    // The table only needs the interfaces' names: it is made while the namespace and the links are.
    const chosen = chooseLinks(this.#ipv6);
    const { keys, switchedOn } = planForwarding(this.#uplink, this.#ipv6);
    const translated = this.#nat.add(chosen, switchedOn);
    this.#namespace = await Namespace.ready(this.#guardian, this.#hasMounts);
    const held = this.#guardian.hold();
    const links = await this.#makeLinks(chosen, switchedOn);
    this.#links = links;
    await Promise.all([
      held,
      this.#configureInside(links),
      this.#attach(this.#hostQueues, hostDevices(links)),
      translated.then((listing) => {
        this.#listing = listing;
        return this.#connect(links, keys, listing);
      }),
    ]);
    await this.#services.start({ namespace: this.#opened, plans: links.plans });
  }

  /** A queue that is to be relied on must be there. */
  async #attach(queues: QueueCounters, devices: readonly string[]): Promise<void> {
    const external = leadingOut(this.#made.plans).flatMap(({ host, inner }) => [host.device, inner.device]);
    const single = this.#isKept;
    const shape = { frame: this.#mtu + ETHERNET_HEADER, single, rate: this.#rate };
    const readings = await queues.attach(devices, (device) => (external.includes(device) ? shape : undefined));
    if ((single || this.#rate !== undefined) && readings.includes(undefined)) {
      throw new NetmeterError('SETUP_FAILED', '--enforce, --rate-limit: this kernel refuses the queues for them', {
        cure: 'Load the module sch_tbf, or leave the two out: --kill ends a command without it.',
      });
    }
  }

  /** Makes the chosen links, or others when somebody else was faster. */
  async #makeLinks(chosen: Links, switchedOn: readonly string[]): Promise<Links> {
    const making = { mtu: this.#mtu, holderPid: this.counterPid };
    if (await makeLinks(this.#guardian.helpers.hostIp, chosen, making)) return chosen;
    this.#nat.remove(chosen);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const links = chooseLinks(this.#ipv6);
      if (!(await makeLinksAgain(this.#tools, links, making))) continue;
      await this.#nat.add(links, switchedOn);
      return links;
    }
    throw new NetmeterError('NO_FREE_SUBNET', `no free subnet was found in ${MAX_TRIES} tries`);
  }

  async #configureInside(links: Links): Promise<void> {
    // The namespace's gateways are addresses of this machine too.
    const gateways = leadingOut(links.plans).flatMap(({ host }) => host.addresses);
    const local = [...readLocalAddresses(), ...gateways];
    this.#hostAddresses = [...local, ...hostLocalLink(links.plans).host.addresses];
    await this.#opened.configure(['link set lo up', ...links.plans.flatMap((plan) => innerLines(plan, local))]);
    await this.#attach(this.#innerQueues, ['lo', ...innerDevices(links)]);
  }

  /** After the address translation, whose rules keep the forwarding to the namespace's packets. */
  async #connect(links: Links, keys: readonly string[], listing: string): Promise<void> {
    await switchForwardingOn(keys, links.plans, this.#guardian);
    const [link] = hostDevices(links);
    if (link) await openFirewall(this.#tools, this.#guardian, link, listing);
  }

  #decideIpv6(): boolean {
    if (!carriesIpv6(this.#uplink)) return false;
    if (canForwardIpv6()) return true;
    this.warnings.push({
      code: 'NO_IPV6',
      message:
        'the command had no IPv6: this host does not forward it (cure: sysctl -w net.ipv6.conf.all.forwarding=1)',
    });
    return false;
  }
}
