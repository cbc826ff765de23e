import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import type { Attempt, Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import type { DnsObserver, SeenQuestions } from '../names/dns-exchange.js';
import { startAs } from '../namespace/start-as.js';
import type { LimitKeeper, RemoteSource, Scope, WayOut, WireReading } from '../scope.js';
import { countAtInnerEnds } from './count-at-inner-ends.js';
import { blockedReading } from './rules/blocked.js';
import type { VethParts } from './veth-parts.js';

/**
 * A network namespace with a veth pair for each address family to the host, which translates its addresses, and one to
 * the host's own addresses. A pair each, because a queue counts whole packets: on one pair they could not be distinguished.
 */
export class VethScope implements Scope {
  readonly #parts: VethParts;
  #remotes: (RemoteSource & Disposable) | undefined;

  /** Its parts become this scope's, which closes them. */
  constructor(parts: VethParts) {
    this.#parts = parts;
  }

  get warnings(): Warning[] {
    const { warnings, guardian, host } = this.#parts;
    return [...warnings, ...guardian.warnings, ...host.nat.warnings()];
  }

  get isolation(): Isolation {
    const { uplink, ipv6 } = this.#parts;
    return { kind: 'veth', mtu: uplink.mtu, families: ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'] };
  }

  get network(): string {
    return this.#parts.namespace.network.identity;
  }

  get hostAddresses(): readonly string[] {
    return this.#parts.host.addresses;
  }

  inspect<T>(work: (process: 'thread-self') => NoPromise<T>): T {
    return this.#parts.namespace.network.inside(() => work('thread-self'));
  }

  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T {
    this.#parts.members.startsInside();
    const { openFiles } = this.#parts.options;
    return this.#parts.namespace.inside<T>(() => startAs({ account, openFiles }, spawn) as NoPromise<T>);
  }

  commandStarted(pid: number): void {
    this.#parts.guardian.commandStarted(pid);
  }

  administer<T>(spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return this.#parts.namespace.administer(spawn);
  }

  async nftables(): Promise<Nftables | undefined> {
    return this.#parts.inside.nftables();
  }

  async sockDiag(): Promise<NetlinkSocket | undefined> {
    return this.#parts.inside.sockDiag();
  }

  get marks(): Readonly<Record<string, string>> {
    const { run, host } = this.#parts;
    return { NETMETER_RUN: run, ...(host.address && { NETMETER_HOST: host.address }) };
  }

  /** All processes inside. */
  processes(): number[] {
    return this.#parts.members.inside();
  }

  async readWire(): Promise<WireReading> {
    const wire = await this.sampleWire();
    return { ...wire, ...this.#parts.boundary.attemptNow('drops', () => this.#parts.host.behind(), {}) };
  }

  async sampleWire(): Promise<WireReading> {
    const blocked = () => blockedReading(this.#parts.services.blocked());
    return { ...this.#parts.host.links.read(), ...this.#parts.boundary.attemptNow('limits', blocked, {}) };
  }

  get limits(): LimitKeeper | undefined {
    return this.#parts.services.limits;
  }

  refuse = (): Promise<void> => this.#parts.services.refuse();

  get remotes(): RemoteSource | undefined {
    return this.#remotes;
  }

  async countRemotes(): Promise<void> {
    const { host, options } = this.#parts;
    this.#remotes = await countAtInnerEnds(host.links.plans, this.nftables(), options.publish ?? []);
  }

  get waysOut(): readonly WayOut[] {
    return this.#parts.host.links.waysOut;
  }

  get relaysNames(): boolean {
    return this.#parts.services.relaysNames;
  }

  /** Where names cannot be seen, the command asks its nameservers unchanged. */
  async observeNames(observe: DnsObserver): Promise<SeenQuestions | undefined> {
    this.#parts.host.letAsk();
    return this.#parts.services.observeNames(observe);
  }

  attempts(): Promise<readonly Attempt[] | null> {
    return this.#parts.services.attempts();
  }

  /** Ends what still lives inside and leaves the host as it was. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { host, services, members, namespace, guardian, inside } = this.#parts;
    host.stopWatching();
    services[Symbol.dispose]();
    if (!members.areGone) await members.end();
    host.giveBack(namespace.network);
    const gone = guardian.finish();
    for (const each of [this.#remotes, inside, host]) each?.[Symbol.dispose]();
    namespace[Symbol.dispose]();
    await gone;
  }
}
