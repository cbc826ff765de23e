import { writeFileSync } from 'node:fs';
import { NetmeterError } from '../errors.js';
import type { Attempt, Isolation } from '../measurement/isolation.js';
import type { Warning } from '../measurement/measurement.js';
import type { OctetsPerSecond } from '../units.js';
import { asAccount } from './as-account.js';
import type { Egress } from './destinations.js';
import type { DnsObserver } from './dns-exchange.js';
import type { EgressGate } from './egress-gate.js';
import { findTools, type Tools } from './find-tools.js';
import { canForwardIpv6, planForwarding, switchForwardingOn } from './forwarding.js';
import { Guardian, type GuardianOptions } from './guardian.js';
import { readHostsFile, withHostName } from './hosts-file.js';
import type { KeptLimits } from './kept-limits.js';
import type { KernelLimits } from './limit-rules.js';
import { chooseLinks, hostDevices, innerDevices, type Links, makeLinks, makeLinksAgain } from './make-links.js';
import { Namespace } from './namespace.js';
import { NatTable } from './nat-table.js';
import { openFirewall, openInput } from './open-firewall.js';
import type { HostPort, PublishedPort } from './ports.js';
import type { PublishedPorts } from './published-ports.js';
import { QueueCounters } from './queue-counters.js';
import { readLocalAddresses } from './read-local-addresses.js';
import { chooseResolver, type ResolverChoice } from './read-resolver.js';
import { readUplink, type Uplink } from './read-uplink.js';
import { type CoveredFile, withNameservers } from './resolver.js';
import type { LimitKeeper, RemoteSource, Scope, WireReading } from './scope.js';
import type { ScopeNames } from './scope-names.js';
import type { LinkPlan, LinkPurpose } from './subnet.js';
import { innerLines } from './veth-pair.js';

export type OpenOptions = {
  /** Aborted while the scope is being made: it is taken down again. */
  readonly signal?: AbortSignal | undefined;
  readonly publish?: readonly PublishedPort[];
  readonly hostPorts?: readonly HostPort[];
  /** Limits on external octets that the kernel shall keep. */
  readonly keep?: KernelLimits | undefined;
  /** Octets a second that may pass, each way and family. */
  readonly rateLimit?: OctetsPerSecond | undefined;
  /** Where the command may send to; everywhere by default. */
  readonly egress?: Egress | undefined;
} & Pick<GuardianOptions, 'cwd' | 'openFiles' | 'trace'>;

/** Each try fails only when another run took the same number in the same millisecond. */
const MAX_TRIES = 50;

const ETHERNET_HEADER = 14;

/** IPv6 needs 1280 bytes (RFC 8200); a smaller uplink carries none. */
const IPV6_MIN_MTU = 1280;

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
  readonly #resolver: ResolverChoice;
  readonly #hosts: CoveredFile | undefined;
  readonly #publish: readonly PublishedPort[];
  #published: PublishedPorts | undefined;
  readonly #keep: KernelLimits | undefined;
  readonly #rate: OctetsPerSecond | undefined;
  #limits: KeptLimits | undefined;
  readonly #egress: Egress | undefined;
  #gate: EgressGate | undefined;
  #names: ScopeNames | undefined;
  /** `nft list chains` from before our own table. */
  #listing = '';
  readonly #guardian: Guardian;
  readonly #nat: NatTable;
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
    this.#publish = publish;
    this.#keep = keep;
    this.#rate = rateLimit;
    this.#egress = egress;
    this.#tools = tools;
    this.#mtu = this.#uplink.mtu;
    this.#ipv6 = this.#decideIpv6();
    this.#resolver = chooseResolver({ ipv6: this.#ipv6 });
    const { resolvConf } = this.#resolver;
    // Who speaks with the host wants its name; else the command's mounts had better stay visible to the host.
    const wantsName = resolvConf !== undefined || publish.length + hostPorts.length > 0;
    this.#hosts = wantsName ? readHostsFile() : undefined;
    this.#hasMounts = resolvConf !== undefined || this.#hosts !== undefined;
    this.#guardian = new Guardian(tools, { cwd, openFiles, trace, resolvConf, hosts: this.#hosts });
    const { nft, hostTc, holder } = this.#guardian.helpers;
    this.#nat = new NatTable(nft, publish);
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
    const [host] = this.#plan('host-local').host.addresses;
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
    return this.#limits;
  }

  get remotes(): RemoteSource {
    return this.#nat;
  }

  /** Where names cannot be seen, the command asks its nameservers as ever. */
  async observeNames(observe: DnsObserver): Promise<boolean> {
    const [link] = hostDevices(this.#made);
    if (link) await openInput(this.#tools, this.#guardian, link, this.#listing);
    return (await this.#openNames()).observe(observe, this.#nat, this.#made.plans);
  }

  removeTrace(name: string): Promise<void> {
    return this.#guardian.removeTrace(name);
  }

  async attempts(): Promise<readonly Attempt[] | null> {
    return (await this.#gate?.attempts(this.#tools.nft)) ?? null;
  }

  /** Ends what still lives inside and leaves the host as it was. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#limits?.[Symbol.dispose]();
    this.#names?.[Symbol.dispose]();
    this.#published?.[Symbol.dispose]();
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

  #plan(purpose: LinkPurpose): LinkPlan {
    const plan = this.#made.plans.find((each) => each.purpose === purpose);
    if (!plan) throw new NetmeterError('SETUP_FAILED', `there is no ${purpose} link`);
    return plan;
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
    this.#nameHost();
    await this.#guardEgress();
    await Promise.all([this.#relayNames(), this.#publishPorts(), this.#keepLimits()]);
  }

  /** Lets the namespace ask, at the host's end of its link, a resolver that only the host itself can reach. */
  async #relayNames(): Promise<void> {
    const { relayTo, resolvConf } = this.#resolver;
    const [server] = relayTo ?? [];
    const { device, addresses } = this.#plan('host-local').host;
    const [address] = addresses;
    if (server === undefined || !resolvConf || !address) return;
    await (await this.#openNames()).relayTo(server, { address, device }, this.#nat);
    this.#rewrite({ ...resolvConf, text: withNameservers(resolvConf.text, [address]) });
  }

  /** Loaded here: before the command starts every millisecond counts. */
  async #openNames(): Promise<ScopeNames> {
    const { ScopeNames } = await import('./scope-names.js');
    this.#names ??= new ScopeNames(this.#resolver, this.#plan('host-local').host.addresses, this.#gate?.admit);
    return this.#names;
  }

  #nameHost(): void {
    if (!this.#hosts) return;
    this.#rewrite({ ...this.#hosts, text: withHostName(this.#hosts.text, this.#plan('host-local').host.addresses) });
  }

  /** Gives a file that the holder has covered another text, through the holder's own mounts. */
  #rewrite({ target, text }: CoveredFile): void {
    writeFileSync(`/proc/${this.counterPid}/root${target}`, text);
  }

  async #publishPorts(): Promise<void> {
    if (this.#publish.length === 0) return;
    const { PublishedPorts } = await import('./published-ports.js');
    this.#published = await PublishedPorts.open(this.#publish, this.#plan('host-local').inner.addresses);
  }

  /** Before anything can look a name up. */
  async #guardEgress(): Promise<void> {
    if (!this.#egress) return;
    const { EgressGate } = await import('./egress-gate.js');
    this.#gate = await EgressGate.open({
      egress: this.#egress,
      nat: this.#nat,
      devices: this.#external.map(({ host }) => host.device),
      nameservers: this.#resolver.servers ?? [],
      hosts: readHostsFile()?.text ?? '',
    });
  }

  async #keepLimits(): Promise<void> {
    if (!this.#keep) return;
    const { KeptLimits } = await import('./kept-limits.js');
    this.#limits = await KeptLimits.open({
      limits: this.#keep,
      nat: this.#nat,
      namespace: this.#opened,
      tools: this.#tools,
      plans: this.#external,
    });
  }

  /** A queue that is to be relied on must be there. */
  async #attach(queues: QueueCounters, devices: readonly string[]): Promise<void> {
    const external = this.#external.flatMap(({ host, inner }) => [host.device, inner.device]);
    const single = this.#keep !== undefined;
    const shape = { frame: this.#mtu + ETHERNET_HEADER, single, rate: this.#rate };
    const readings = await queues.attach(devices, (device) => (external.includes(device) ? shape : undefined));
    if ((single || this.#rate !== undefined) && readings.includes(undefined)) {
      throw new NetmeterError('SETUP_FAILED', '--enforce, --rate-limit: this kernel refuses the queues for them', {
        cure: 'Load the module sch_tbf, or leave the two out: --kill ends a command without it.',
      });
    }
  }

  get #external(): readonly LinkPlan[] {
    return this.#made.plans.filter(({ purpose }) => purpose !== 'host-local');
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
    const gateways = links.plans.flatMap(({ purpose, host }) => (purpose === 'host-local' ? [] : host.addresses));
    const local = [...readLocalAddresses(), ...gateways];
    this.#hostAddresses = [...local, ...this.#plan('host-local').host.addresses];
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
    if (this.#uplink.ipv6 === undefined || this.#mtu < IPV6_MIN_MTU) return false;
    if (canForwardIpv6()) return true;
    this.warnings.push({
      code: 'NO_IPV6',
      message:
        'the command had no IPv6: this host does not forward it (cure: sysctl -w net.ipv6.conf.all.forwarding=1)',
    });
    return false;
  }
}
