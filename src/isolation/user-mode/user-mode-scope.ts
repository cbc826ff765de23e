import { getuid } from 'node:process';
import { Boundary } from '../../boundary.js';
import { NetmeterError } from '../../errors.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import type { Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import { carriesIpv6, readUplink, type Uplink } from '../machine/read-uplink.js';
import type { DnsObserver } from '../names/dns-exchange.js';
import type { PublishedPort } from '../ports/ports.js';
import { AT_TAP } from '../remotes/remote-rules.js';
import { RemoteTable } from '../remotes/remote-table.js';
import type { RemoteSource, Scope, WireReading } from '../scope.js';
import { findHolderTools } from '../tools/find-tools.js';
import { opened } from '../tools/opened.js';
import { newRun } from '../tools/script-environment.js';
import { GuardedTransport } from './guarded-transport.js';
import { readHostCounters } from './host-counters.js';
import { chooseTransport, type Transport } from './transport.js';
import { UserModeNames } from './user-mode-names.js';
import { UserModeNamespace } from './user-mode-namespace.js';

export type UserModeOptions = {
  /** Where the command will start. */
  readonly cwd?: string | undefined;
  /** The soft limit of open files that the command shall find, where Node has raised ours. */
  readonly openFiles?: number | undefined;
  /** The folder of the control group that the command's tree may get. */
  readonly cgroup?: string | undefined;
  /** Aborted while the scope is being made: it is taken down again. */
  readonly signal?: AbortSignal | undefined;
  /** Where exceptions of services end. */
  readonly boundary?: Boundary | undefined;
  /** Ports of the host that lead inside; pasta only. */
  readonly publish?: readonly PublishedPort[] | undefined;
};

/** pasta is content with one family of a port, and says nothing of the other; what it cannot have at all it calls a failure to start. */
async function requireFree(publish: readonly PublishedPort[]): Promise<void> {
  if (publish.length === 0) return;
  const { PublishedPorts } = await import('../ports/published-ports.js');
  const listening = await PublishedPorts.open(publish, [], new Boundary());
  listening[Symbol.dispose]();
}

/** The namespace's name of its tap. */
const TAP = 'nm0';

/** An ordinary user's network namespace, whose packets a program of that user carries (pasta, else slirp4netns). */
export class UserModeScope implements Scope {
  readonly #tools = findHolderTools();
  readonly #uplink: Uplink = readUplink();
  readonly #transport: Transport;
  readonly #names: UserModeNames;
  readonly #isPublished: boolean;
  #remotes: RemoteTable | undefined;
  #refusal: Disposable | undefined;
  readonly #namespace: UserModeNamespace;
  readonly #mark = newRun();
  readonly #guarded: GuardedTransport;

  /**
   * Opens a scope; on failure all of it is undone.
   * @throws {NetmeterError} MISSING_TOOLS, MISSING_RIGHTS, PORT_TAKEN, SETUP_FAILED, INTERRUPTED
   */
  static async open({ signal, ...options }: UserModeOptions = {}): Promise<UserModeScope> {
    // pasta does not end when it is started as root.
    if (getuid?.() === 0)
      throw new NetmeterError('SETUP_FAILED', 'user-mode isolation is for ordinary users, not root');
    await requireFree(options.publish ?? []);
    const scope = new UserModeScope(options);
    return opened(scope, () => scope.#setUp(), signal);
  }

  private constructor(options: UserModeOptions) {
    const { publish = [], cwd, openFiles, cgroup, boundary = new Boundary() } = options;
    const { mtu, ipv4, ipv6, routed } = this.#uplink;
    const hasIpv6 = carriesIpv6(this.#uplink);
    const device = ipv4 === undefined && ipv6 === undefined ? (routed.ipv4[0] ?? 'lo') : undefined;
    this.#transport = chooseTransport({ mtu, ipv6: hasIpv6, device, publish });
    this.#isPublished = publish.length > 0;
    this.#names = new UserModeNames(this.#uplink, boundary);
    this.#namespace = new UserModeNamespace({
      ...{ tools: this.#tools, transport: this.#transport, names: this.#names },
      ...{ cwd, openFiles, mark: this.#mark },
    });
    const { holder } = this.#namespace;
    const { sh } = this.#tools;
    this.#guarded = new GuardedTransport({
      ...{ transport: this.#transport, holder, sh, mark: this.#mark, cgroup },
    });
  }

  get warnings(): readonly Warning[] {
    return this.#guarded.warnings;
  }

  get isolation(): Extract<Isolation, { kind: 'user-mode' }> {
    const { tool, tap } = this.#transport;
    const families = tap.families.length > 1 ? (['ipv4', 'ipv6'] as const) : (['ipv4'] as const);
    return { kind: 'user-mode', tool, mtu: tap.mtu, families };
  }

  get network(): string {
    return this.#namespace.identity;
  }

  inspect<T>(work: (process: number) => NoPromise<T>): T {
    return work(this.#namespace.holder.pid);
  }

  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return spawn(this.#namespace.enterAs(account));
  }

  commandStarted(pid: number): void {
    this.#guarded.commandStarted(pid);
  }

  administer<T>(spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return this.#namespace.administer(spawn);
  }

  get marks(): Readonly<Record<string, string>> {
    const { hostAddress } = this.#names;
    return { NETMETER_RUN: this.#mark, ...(hostAddress !== undefined && { NETMETER_HOST: hostAddress }) };
  }

  processes(): number[] {
    return this.#namespace.members.inside();
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

  async observeNames(observe: DnsObserver): Promise<boolean> {
    return this.#names.observe(observe, await this.nftables());
  }

  async nftables(): Promise<Nftables | undefined> {
    return (await this.#namespace.inside)?.nftables();
  }

  async sockDiag(): Promise<NetlinkSocket | undefined> {
    return (await this.#namespace.inside)?.sockDiag();
  }

  refuse = async (): Promise<void> => {
    const nftables = await this.nftables();
    if (!nftables) return;
    const { refuseAll } = await import('./refuse-all.js');
    this.#refusal = refuseAll(nftables, TAP);
  };

  unansweredWarnings(): Warning[] {
    return this.#guarded.unansweredWarnings();
  }

  /** Ends the transport and what still lives inside. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#guarded.leave();
    this.#names[Symbol.dispose]();
    this.#remotes?.[Symbol.dispose]();
    this.#refusal?.[Symbol.dispose]();
    const { members } = this.#namespace;
    if (!members.areGone) await members.end();
    await Promise.all([this.#guarded.finish(), this.#namespace[Symbol.asyncDispose]()]);
  }

  async #setUp(): Promise<void> {
    await this.#guarded.start(() => {
      this.#namespace.openNetlink();
      this.#remotes = this.#countRemotes();
    });
    await this.#remotes?.counts;
    await this.#names.start((spawn) => this.administer(spawn));
  }

  #countRemotes(): RemoteTable {
    const links = this.isolation.families.map(
      (family) => ({ family: family === 'ipv4' ? '4' : '6', device: TAP }) as const,
    );
    return new RemoteTable(this.nftables(), { links, hasServer: this.#isPublished, ...AT_TAP });
  }
}
