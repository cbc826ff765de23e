import { Boundary } from '../../boundary.js';
import { NetmeterError } from '../../errors.js';
import { Guardian, type GuardianOptions } from '../../guardian/guardian.js';
import type { ChainName } from '../../linux/netlink/netfilter/command.js';
import type { ListedChain, Nftables } from '../../linux/netlink/netfilter/nftables.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import type { Attempt, Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import type { OctetsPerSecond } from '../../units.js';
import { RunMembers } from '../machine/members/run-members.js';
import { readUplink, type Uplink } from '../machine/read-uplink.js';
import { linkName } from '../machine/run-devices.js';
import type { DnsObserver } from '../names/dns-exchange.js';
import { readHostsFile } from '../names/hosts-file.js';
import { chooseResolver } from '../names/read-resolver.js';
import type { HostPort } from '../ports/ports.js';
import type { LimitKeeper, RemoteSource, Scope, WayOut, WireReading } from '../scope.js';
import { findTools, lookFor, type Tools } from '../tools/find-tools.js';
import { InnerNetlink } from '../tools/inner-netlink.js';
import { opened } from '../tools/opened.js';
import { newRun } from '../tools/script-environment.js';
import { asSetUp } from './as-set-up.js';
import { countAtInnerEnds } from './count-at-inner-ends.js';
import { type ForwardingPlan, forwardLinks, ipv6Support, planForwarding } from './forwarding.js';
import { NotedChanges } from './giving-back/noted-changes.js';
import { type AddressChange, AddressWatch } from './links/address-watch.js';
import { HostAddresses } from './links/host-addresses.js';
import { hostDevices, type Links } from './links/make-links.js';
import { makeOwnLinks } from './links/make-own-links.js';
import { hostLocalLink } from './links/subnet.js';
import type { VethLinks } from './links/veth-links.js';
import { Namespace } from './namespace.js';
import { blockedReading } from './rules/blocked.js';
import { tableName } from './rules/nat-rules.js';
import { NatTable } from './rules/nat-table.js';
import { openFirewall, openInput } from './rules/open-firewall.js';
import { startAs } from './start-as.js';
import { switchOn } from './switches.js';
import { type ServiceOptions, VethServices } from './veth-services.js';

export type OpenOptions = {
  /** Aborted while the scope is being made: it is taken down again. */
  readonly signal?: AbortSignal | undefined;
  readonly hostPorts?: readonly HostPort[];
  /** How this machine reaches the outside, where that is known already. */
  readonly uplink?: Uplink | undefined;
  /** Octets a second that may pass, each way and family. */
  readonly rateLimit?: OctetsPerSecond | undefined;
  /** The soft limit of open files that the command shall find, where Node has raised ours. */
  readonly openFiles?: number | undefined;
} & ServiceOptions &
  GuardianOptions;

/**
 * A network namespace with a veth pair for each address family to the host, which translates its addresses, and one to
 * the host's own addresses. A pair each, because a queue counts whole packets: on one pair they could not be distinguished.
 */
export class VethScope implements Scope {
  readonly #warnings: Warning[];
  readonly #uplink: Uplink;
  readonly #ipv6: boolean;
  readonly #options: Omit<OpenOptions, 'signal'>;
  readonly #namespace: Namespace;
  readonly #inside: InnerNetlink;
  readonly #run = newRun();
  readonly #members: RunMembers;
  readonly #changes: NotedChanges;
  readonly #guardian: Guardian;
  readonly #nat: NatTable;
  readonly #services: VethServices;
  #made: VethLinks | undefined;
  #chains: readonly ListedChain[] | undefined;
  #remotes: (RemoteSource & Disposable) | undefined;
  /** The same list as long as the scope is open, so that who has it hears of changes. */
  readonly #hostAddresses = new HostAddresses();
  readonly #boundary: Boundary;
  #addresses: AddressWatch | undefined;

  /**
   * Opens a scope. Everything that does not depend on another is started at once; on failure all of it is undone.
   * @throws {NetmeterError} MISSING_TOOLS, FORWARDING_BLOCKED, NO_FREE_SUBNET, SETUP_FAILED, INTERRUPTED
   */
  static async open({ signal, ...options }: OpenOptions = {}): Promise<VethScope> {
    const tools = findTools();
    const scope = asSetUp(() => new VethScope(tools, options));
    return opened(scope, () => scope.#setUp(), signal);
  }

  private constructor(tools: Tools, options: Omit<OpenOptions, 'signal'>) {
    const { publish = [], hostPorts = [], keep, egress, boundary = new Boundary() } = options;
    this.#boundary = boundary;
    this.#options = options;
    this.#uplink = options.uplink ?? readUplink();
    const { ipv6, warnings } = ipv6Support(this.#uplink);
    this.#ipv6 = ipv6;
    this.#warnings = [...warnings];
    const resolver = chooseResolver({ ipv6 });
    const { resolvConf } = resolver;
    // Who speaks with the host wants its name; else the command's mounts had better stay visible to the host.
    const wantsName = resolvConf !== undefined || publish.length + hostPorts.length > 0;
    const hosts = wantsName ? readHostsFile() : undefined;
    this.#namespace = Namespace.make([resolvConf, hosts].filter((file) => file !== undefined));
    this.#inside = InnerNetlink.in(this.#namespace.network);
    this.#nat = new NatTable(publish);
    this.#changes = new NotedChanges(this.#run, options.cgroup);
    const { fd: namespace, identity } = this.#namespace.network;
    this.#members = new RunMembers(this.#run, () => identity);
    const held = { namespace, changes: this.#changes.fd, tables: this.#nat.nftables.fd };
    this.#guardian = new Guardian(tools.sh, { ...held, run: this.#run, cgroup: options.cgroup });
    this.#services = new VethServices({ publish, keep, egress, boundary, nat: this.#nat, resolver, hosts });
  }

  get warnings(): Warning[] {
    return [...this.#warnings, ...this.#guardian.warnings, ...this.#nat.warnings()];
  }

  get isolation(): Isolation {
    return { kind: 'veth', mtu: this.#uplink.mtu, families: this.#ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'] };
  }

  get network(): string {
    return this.#namespace.network.identity;
  }

  get hostAddresses(): readonly string[] {
    return this.#hostAddresses.list;
  }

  inspect<T>(work: (process: 'thread-self') => NoPromise<T>): T {
    return this.#namespace.network.inside(() => work('thread-self'));
  }

  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T {
    this.#members.startsInside();
    const { openFiles } = this.#options;
    return this.#namespace.inside<T>(() => startAs({ account, openFiles }, spawn) as NoPromise<T>);
  }

  commandStarted(pid: number): void {
    this.#guardian.commandStarted(pid);
  }

  administer(): string[] {
    return this.#namespace.administer(lookFor('nsenter') ?? 'nsenter');
  }

  async nftables(): Promise<Nftables | undefined> {
    return this.#inside?.nftables();
  }

  async sockDiag(): Promise<NetlinkSocket | undefined> {
    return this.#inside.sockDiag();
  }

  get marks(): Readonly<Record<string, string>> {
    const [host] = hostLocalLink(this.#links.plans).host.addresses;
    return { NETMETER_RUN: this.#run, ...(host && { NETMETER_HOST: host }) };
  }

  /** All processes inside. */
  processes(): number[] {
    return this.#members.inside();
  }

  async readWire(): Promise<WireReading> {
    const { ipv4, ipv6 } = this.#uplink.routed;
    const behind = () => ({ ...this.#links.behind([...new Set([...ipv4, ...ipv6])]), ...this.#nat.behind() });
    return { ...(await this.sampleWire()), ...this.#boundary.attemptNow('drops', behind, {}) };
  }

  async sampleWire(): Promise<WireReading> {
    const blocked = () => blockedReading(this.#services.blocked());
    return { ...this.#links.read(), ...this.#boundary.attemptNow('limits', blocked, {}) };
  }

  get limits(): LimitKeeper | undefined {
    return this.#services.limits;
  }

  refuse = (): Promise<void> => this.#services.refuse();

  get remotes(): RemoteSource | undefined {
    return this.#remotes;
  }

  async countRemotes(): Promise<void> {
    this.#remotes = await countAtInnerEnds(this.#links.plans, this.nftables(), this.#options.publish ?? []);
  }

  get waysOut(): readonly WayOut[] {
    return this.#links.waysOut;
  }

  /** Where names cannot be seen, the command asks its nameservers unchanged. */
  async observeNames(observe: DnsObserver): Promise<boolean> {
    openInput(this.#firewall);
    return this.#services.observeNames(observe);
  }

  attempts(): Promise<readonly Attempt[] | null> {
    return this.#services.attempts();
  }

  /** Ends what still lives inside and leaves the host as it was. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#addresses?.[Symbol.dispose]();
    this.#services[Symbol.dispose]();
    if (!this.#members.areGone) await this.#members.end();
    this.#giveBack();
    const gone = this.#guardian.finish();
    for (const each of [this.#remotes, this.#inside, this.#nat, this.#made, this.#changes]) each?.[Symbol.dispose]();
    this.#namespace[Symbol.dispose]();
    await gone;
  }

  /** What stays is reported, and noted for the next run. */
  #giveBack(): void {
    const failures = this.#changes.giveBack(this.#namespace.network, () => this.#nat.remove());
    if (failures.length === 0) return;
    const message = `not all could be given back, and the next run tries again: ${failures.join('; ')}`;
    this.#boundary.warn({ code: 'NOT_GIVEN_BACK', message });
  }

  get #firewall() {
    const note = (chain: ChainName) => this.#changes.addChain(chain);
    const { nftables } = this.#nat;
    const chains = () => {
      this.#chains ??= nftables.chains();
      return this.#chains;
    };
    return { nftables, chains, link: this.#links.name, note };
  }

  get #links(): VethLinks {
    if (!this.#made) throw new NetmeterError('SETUP_FAILED', 'the scope is not open');
    return this.#made;
  }

  async #setUp(): Promise<void> {
    const forwarding = planForwarding(this.#uplink, this.#ipv6);
    const links = asSetUp(() => this.#makeLinks(forwarding));
    this.#made = links;
    asSetUp(() => links.configure(this.#hostAddresses.add(links.plans)));
    // After the address translation, whose rules keep the forwarding to the namespace's packets.
    forwardLinks(links.plans);
    switchOn(forwarding.keys, () => this.#changes.write());
    openFirewall(this.#firewall);
    this.#addresses = this.#boundary.attemptNow('addresses', () => this.#watchAddresses(), undefined);
    await this.#services.start({ namespace: this.#namespace, plans: links.plans, inside: this.#inside });
    await links.running();
  }

  /** Makes links, and the table for them, that are nobody else's. */
  #makeLinks(forwarding: ForwardingPlan): VethLinks {
    const { keep, rateLimit } = this.#options;
    return makeOwnLinks({
      ...{ namespace: this.#namespace, ipv6: this.#ipv6, mtu: this.#uplink.mtu },
      ...{ isKept: keep !== undefined, rate: rateLimit },
      claim: (chosen) => this.#claim(chosen, forwarding),
    });
  }

  /** Noted before there is a table, which would stay. */
  #claim(chosen: Links, { keys, switchedOn }: ForwardingPlan): boolean {
    const links = hostDevices(chosen);
    this.#changes.add({ link: linkName(chosen.number), links, keys, tables: [tableName(chosen)] });
    if (this.#nat.add(chosen, switchedOn, this.#changes.areNoted)) return true;
    this.#changes.add({ link: '', links: [], keys: [], tables: [] });
    return false;
  }

  #watchAddresses(): AddressWatch {
    return new AddressWatch(this.#boundary.guard('addresses', (change: AddressChange) => this.#follow(change)));
  }

  #follow(change: AddressChange): void {
    this.#links.follow(change);
    this.#hostAddresses.follow(change);
  }
}
