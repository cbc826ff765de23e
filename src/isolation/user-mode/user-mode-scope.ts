import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import type { Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import type { DnsObserver, SeenQuestions } from '../names/dns-exchange.js';
import { AT_TAP } from '../remotes/remote-rules.js';
import { RemoteTable } from '../remotes/remote-table.js';
import type { RemoteSource, Scope, WireReading } from '../scope.js';
import { readHostCounters } from './host-counters.js';
import { TAP_DEVICE } from './tap-plan.js';
import type { UserModeParts } from './user-mode-parts.js';

/** An ordinary user's network namespace, whose packets a program of that user carries (pasta, else slirp4netns). */
export class UserModeScope implements Scope {
  readonly #parts: UserModeParts;
  #remotes: RemoteTable | undefined;
  #refusal: Disposable | undefined;

  /** Its parts become this scope's, which closes them. */
  constructor(parts: UserModeParts) {
    this.#parts = parts;
  }

  get warnings(): readonly Warning[] {
    return this.#parts.guarded.warnings;
  }

  get isolation(): Extract<Isolation, { kind: 'user-mode' }> {
    const { tool, tap } = this.#parts.transport;
    const families = tap.families.length > 1 ? (['ipv4', 'ipv6'] as const) : (['ipv4'] as const);
    return { kind: 'user-mode', tool, mtu: tap.mtu, families };
  }

  get network(): string {
    return this.#parts.namespace.identity;
  }

  inspect<T>(work: (process: number) => NoPromise<T>): T {
    return work(this.#parts.namespace.holder.pid);
  }

  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return spawn(this.#parts.namespace.enterAs(account));
  }

  commandStarted(pid: number): void {
    this.#parts.guarded.commandStarted(pid);
  }

  administer<T>(spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return this.#parts.namespace.administer(spawn);
  }

  get marks(): Readonly<Record<string, string>> {
    const { hostAddress } = this.#parts.names;
    return { NETMETER_RUN: this.#parts.mark, ...(hostAddress !== undefined && { NETMETER_HOST: hostAddress }) };
  }

  processes(): number[] {
    return this.#parts.namespace.members.inside();
  }

  /** There is no queue that knows the wire: the tap's own counters are all there is. */
  readWire(): Promise<WireReading> {
    return Promise.resolve(readHostCounters());
  }

  sampleWire(): Promise<WireReading> {
    return Promise.resolve({});
  }

  get remotes(): RemoteSource | undefined {
    return this.#remotes;
  }

  /** The kernel copies no packets for an ordinary user. */
  readonly relaysNames = true;

  async observeNames(observe: DnsObserver): Promise<SeenQuestions | undefined> {
    return this.#parts.names.observe(observe, await this.nftables());
  }

  async nftables(): Promise<Nftables | undefined> {
    return (await this.#parts.namespace.inside)?.nftables();
  }

  async sockDiag(): Promise<NetlinkSocket | undefined> {
    return (await this.#parts.namespace.inside)?.sockDiag();
  }

  refuse = async (): Promise<void> => {
    const nftables = await this.nftables();
    if (!nftables) return;
    const { refuseAll } = await import('./refuse-all.js');
    this.#refusal = refuseAll(nftables, TAP_DEVICE);
  };

  unansweredWarnings(): Warning[] {
    return this.#parts.guarded.unansweredWarnings();
  }

  /** Has its packets carried. What is said with each remote is counted from the first one on. */
  async setUp(): Promise<void> {
    const { guarded, namespace, names } = this.#parts;
    await guarded.start(() => {
      namespace.openNetlink();
      this.#remotes = this.#countRemotes();
    });
    await this.#remotes?.counts;
    await names.start((spawn) => this.administer(spawn));
  }

  /** Ends the transport and what still lives inside. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { guarded, names, namespace } = this.#parts;
    guarded.leave();
    names[Symbol.dispose]();
    this.#remotes?.[Symbol.dispose]();
    this.#refusal?.[Symbol.dispose]();
    const { members } = namespace;
    if (!members.areGone) await members.end();
    await Promise.all([guarded.finish(), namespace[Symbol.asyncDispose]()]);
  }

  #countRemotes(): RemoteTable {
    const links = this.isolation.families.map(
      (family) => ({ family: family === 'ipv4' ? '4' : '6', device: TAP_DEVICE }) as const,
    );
    return new RemoteTable(this.nftables(), { links, hasServer: this.#parts.isPublished, ...AT_TAP });
  }
}
