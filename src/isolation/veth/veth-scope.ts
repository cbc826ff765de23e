import { Boundary } from '../../boundary.js';
import { Guardian, type GuardianOptions } from '../../guardian/guardian.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import type { Attempt, Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import type { OctetsPerSecond } from '../../units.js';
import { RunMembers } from '../machine/members/run-members.js';
import { readUplink, type Uplink } from '../machine/read-uplink.js';
import type { DnsObserver } from '../names/dns-exchange.js';
import { readHostsFile } from '../names/hosts-file.js';
import { chooseResolver } from '../names/read-resolver.js';
import { asSetUp } from '../namespace/as-set-up.js';
import { Namespace } from '../namespace/namespace.js';
import { startAs } from '../namespace/start-as.js';
import type { HostPort } from '../ports/ports.js';
import type { LimitKeeper, RemoteSource, Scope, WayOut, WireReading } from '../scope.js';
import { findTools, type Tools } from '../tools/find-tools.js';
import { InnerNetlink } from '../tools/inner-netlink.js';
import { opened } from '../tools/opened.js';
import { newRun } from '../tools/script-environment.js';
import { stopAutoconfiguration } from './autoconfiguration.js';
import { countAtInnerEnds } from './count-at-inner-ends.js';
import { ipv6Support } from './forwarding.js';
import { HostSide } from './host-side.js';
import { blockedReading } from './rules/blocked.js';
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
  readonly #host: HostSide;
  readonly #guardian: Guardian;
  readonly #services: VethServices;
  readonly #boundary: Boundary;
  #remotes: (RemoteSource & Disposable) | undefined;

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
    const { publish = [], hostPorts = [], keep, egress, cgroup, rateLimit: rate, boundary = new Boundary() } = options;
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
    this.#namespace.network.inside(stopAutoconfiguration);
    this.#inside = InnerNetlink.in(this.#namespace.network);
    const own = { run: this.#run, cgroup };
    const uplink = this.#uplink;
    this.#host = new HostSide({ ...own, publish, uplink, ipv6, isKept: keep !== undefined, rate, boundary });
    const { nat, changes } = this.#host;
    const { fd: namespace, identity } = this.#namespace.network;
    this.#members = new RunMembers(this.#run, () => identity);
    this.#guardian = new Guardian(tools.sh, { ...own, namespace, changes: changes.fd, tables: nat.nftables.fd });
    this.#services = new VethServices({ publish, keep, egress, boundary, nat, resolver, hosts });
  }

  get warnings(): Warning[] {
    return [...this.#warnings, ...this.#guardian.warnings, ...this.#host.nat.warnings()];
  }

  get isolation(): Isolation {
    return { kind: 'veth', mtu: this.#uplink.mtu, families: this.#ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'] };
  }

  get network(): string {
    return this.#namespace.network.identity;
  }

  get hostAddresses(): readonly string[] {
    return this.#host.addresses;
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

  administer<T>(spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return this.#namespace.administer(spawn);
  }

  async nftables(): Promise<Nftables | undefined> {
    return this.#inside?.nftables();
  }

  async sockDiag(): Promise<NetlinkSocket | undefined> {
    return this.#inside.sockDiag();
  }

  get marks(): Readonly<Record<string, string>> {
    const host = this.#host.address;
    return { NETMETER_RUN: this.#run, ...(host && { NETMETER_HOST: host }) };
  }

  /** All processes inside. */
  processes(): number[] {
    return this.#members.inside();
  }

  async readWire(): Promise<WireReading> {
    const wire = await this.sampleWire();
    return { ...wire, ...this.#boundary.attemptNow('drops', () => this.#host.behind(), {}) };
  }

  async sampleWire(): Promise<WireReading> {
    const blocked = () => blockedReading(this.#services.blocked());
    return { ...this.#host.links.read(), ...this.#boundary.attemptNow('limits', blocked, {}) };
  }

  get limits(): LimitKeeper | undefined {
    return this.#services.limits;
  }

  refuse = (): Promise<void> => this.#services.refuse();

  get remotes(): RemoteSource | undefined {
    return this.#remotes;
  }

  async countRemotes(): Promise<void> {
    this.#remotes = await countAtInnerEnds(this.#host.links.plans, this.nftables(), this.#options.publish ?? []);
  }

  get waysOut(): readonly WayOut[] {
    return this.#host.links.waysOut;
  }

  get relaysNames(): boolean {
    return this.#services.relaysNames;
  }

  /** Where names cannot be seen, the command asks its nameservers unchanged. */
  async observeNames(observe: DnsObserver): Promise<boolean> {
    this.#host.letAsk();
    return this.#services.observeNames(observe);
  }

  attempts(): Promise<readonly Attempt[] | null> {
    return this.#services.attempts();
  }

  /** Ends what still lives inside and leaves the host as it was. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#host.stopWatching();
    this.#services[Symbol.dispose]();
    if (!this.#members.areGone) await this.#members.end();
    this.#host.giveBack(this.#namespace.network);
    const gone = this.#guardian.finish();
    for (const each of [this.#remotes, this.#inside, this.#host]) each?.[Symbol.dispose]();
    this.#namespace[Symbol.dispose]();
    await gone;
  }

  async #setUp(): Promise<void> {
    const links = this.#host.setUp(this.#namespace);
    await this.#services.start({ namespace: this.#namespace, plans: links.plans, inside: this.#inside });
    await links.running();
  }
}
