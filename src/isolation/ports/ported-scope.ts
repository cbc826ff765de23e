import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import type { Attempt, Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import type { DnsObserver, SeenQuestions } from '../names/dns-exchange.js';
import type { LimitKeeper, RemoteSource, Scope, WireReading } from '../scope.js';
import type { HostPorts } from './host-ports.js';

/** A scope in which ports of the host are offered. */
export class PortedScope implements Scope {
  readonly #scope: Scope;
  readonly #ports: HostPorts;

  constructor(scope: Scope, ports: HostPorts) {
    this.#scope = scope;
    this.#ports = ports;
  }

  get isolation(): Isolation {
    return this.#scope.isolation;
  }

  get beside(): Scope['beside'] {
    return this.#scope.beside;
  }

  get warnings(): readonly Warning[] {
    return [...this.#scope.warnings, ...this.#ports.warnings];
  }

  get network(): string {
    return this.#scope.network;
  }

  inspect<T>(work: (process: number | 'thread-self') => NoPromise<T>): T {
    return this.#scope.inspect(work);
  }

  get marks(): Readonly<Record<string, string>> {
    // Where there is no link to the host, its ports are all of it that is inside.
    return { NETMETER_HOST: '127.0.0.1', ...this.#scope.marks };
  }

  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return this.#scope.start(account, spawn);
  }

  commandStarted(pid: number): void {
    this.#scope.commandStarted(pid);
  }

  administer<T>(spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return this.#scope.administer(spawn);
  }

  async nftables(): Promise<Nftables | undefined> {
    return this.#scope.nftables?.();
  }

  sockDiag(): Promise<NetlinkSocket | undefined> {
    return this.#scope.sockDiag();
  }

  processes(): number[] {
    return this.#scope.processes();
  }

  async readWire(): Promise<WireReading> {
    const [wire, ports] = await Promise.all([this.#scope.readWire(), this.#ports.read()]);
    return { ...wire, ...ports };
  }

  sampleWire(): Promise<WireReading> {
    return this.#scope.sampleWire();
  }

  get limits(): LimitKeeper | undefined {
    return this.#scope.limits;
  }

  get refuse(): Scope['refuse'] {
    return this.#scope.refuse;
  }

  get remotes(): RemoteSource | undefined {
    return this.#scope.remotes;
  }

  async countRemotes(): Promise<void> {
    await this.#scope.countRemotes?.();
  }

  get waysOut(): Scope['waysOut'] {
    return this.#scope.waysOut;
  }

  get hostAddresses(): readonly string[] {
    return this.#scope.hostAddresses ?? [];
  }

  readonly offersPorts = true;

  get relaysNames(): boolean {
    return this.#scope.relaysNames ?? false;
  }

  async observeNames(observe: DnsObserver): Promise<SeenQuestions | undefined> {
    return this.#scope.observeNames?.(observe);
  }

  unansweredWarnings(): readonly Warning[] {
    return this.#scope.unansweredWarnings?.() ?? [];
  }

  async attempts(): Promise<readonly Attempt[] | null> {
    return (await this.#scope.attempts?.()) ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ports[Symbol.dispose]();
    await this.#scope[Symbol.asyncDispose]();
  }
}
