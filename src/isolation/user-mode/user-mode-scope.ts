import type { Socket } from 'node:net';
import { getgid, getuid } from 'node:process';
import { Boundary } from '../../boundary.js';
import { NetmeterError } from '../../errors.js';
import { Guardian } from '../../guardian/guardian.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import type { Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import { RunMembers } from '../machine/members/run-members.js';
import { carriesIpv6, readUplink, type Uplink } from '../machine/read-uplink.js';
import type { DnsObserver } from '../names/dns-exchange.js';
import type { PublishedPort } from '../ports/ports.js';
import { AT_TAP } from '../remotes/remote-rules.js';
import { RemoteTable } from '../remotes/remote-table.js';
import type { RemoteSource, Scope, WireReading } from '../scope.js';
import { asAccount } from '../tools/as-account.js';
import { Exempted } from '../tools/exempted.js';
import { requireTools } from '../tools/find-tools.js';
import { Holder } from '../tools/holder.js';
import { InnerNetlink } from '../tools/inner-netlink.js';
import { limitFiles } from '../tools/limit-files.js';
import { LineChannel } from '../tools/line-channel.js';
import { opened } from '../tools/opened.js';
import { newRun, scriptEnvironment } from '../tools/script-environment.js';
import { enterUserNamespace } from '../tools/user-namespace.js';
import { within } from '../tools/within.js';
import { explainRefusal } from './explain-refusal.js';
import { readHostCounters } from './host-counters.js';
import { TAP_DEVICE, tapLines } from './tap-plan.js';
import { chooseTransport, type Transport } from './transport.js';
import { TransportRun } from './transport-run.js';
import { USER_HOLDER_SCRIPT } from './user-holder-script.js';
import { UserModeNames } from './user-mode-names.js';

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

const TOOLS = ['ip', 'unshare', 'nsenter', 'setpriv', 'prlimit', 'mount', 'umount', 'sh'] as const;

/** For each step; all of them together take a tenth of a second, and a hundred times as long on a busy machine. */
const STEP_MS = 30_000;

/** The namespace's name of its tap. */
const TAP = 'nm0';

/**
 * An ordinary user's network namespace, whose packets a program of that user carries (pasta, else slirp4netns). The
 * holder is root in a user namespace; the command enters one more, in which it has its own uid again.
 */
export class UserModeScope implements Scope {
  readonly #tools = requireTools(TOOLS);
  readonly #uplink: Uplink = readUplink();
  readonly #transport: Transport;
  readonly #names: UserModeNames;
  readonly #isPublished: boolean;
  #inside: Promise<InnerNetlink> | undefined;
  #remotes: RemoteTable | undefined;
  #refusal: Disposable | undefined;
  readonly #options: UserModeOptions;
  readonly #holder: Holder;
  readonly #mark = newRun();
  readonly #members: RunMembers;
  readonly #exempted = new Exempted([]);
  #guardian: Guardian | undefined;
  #run: TransportRun | undefined;

  /**
   * Opens a scope; on failure all of it is undone.
   * @throws {NetmeterError} MISSING_TOOLS, MISSING_RIGHTS, SETUP_FAILED, INTERRUPTED
   */
  static async open({ signal, ...options }: UserModeOptions = {}): Promise<UserModeScope> {
    // pasta does not end when it is started as root.
    if (getuid?.() === 0)
      throw new NetmeterError('SETUP_FAILED', 'user-mode isolation is for ordinary users, not root');
    const scope = new UserModeScope(options);
    return opened(scope, () => scope.#setUp(), signal);
  }

  private constructor(options: UserModeOptions) {
    const { publish = [], cwd, boundary = new Boundary() } = options;
    this.#options = options;
    const { mtu, ipv4, ipv6, routed } = this.#uplink;
    const hasIpv6 = carriesIpv6(this.#uplink);
    const device = ipv4 === undefined && ipv6 === undefined ? (routed.ipv4[0] ?? 'lo') : undefined;
    this.#transport = chooseTransport({ mtu, ipv6: hasIpv6, device, publish });
    this.#isPublished = publish.length > 0;
    this.#names = new UserModeNames(this.#uplink, boundary);
    const { resolvConf, hosts } = this.#names;
    const mounts = resolvConf || hosts ? ['--mount', '--propagation', 'slave'] : [];
    const enter = [this.#tools.unshare, '--user', '--map-root-user', '--net', ...mounts];
    this.#holder = new Holder(enter, this.#tools.sh, { script: USER_HOLDER_SCRIPT, cwd, env: this.#holderVariables() });
    this.#members = new RunMembers(
      this.#mark,
      () => this.#holder.identity,
      () => [this.#holder.pid, ...this.#exempted.pids],
    );
  }

  #holderVariables(): NodeJS.ProcessEnv {
    const { resolvConf, hosts } = this.#names;
    return {
      ...scriptEnvironment(this.#tools),
      TAP: TAP_DEVICE,
      TAP_LINES: tapLines(this.#transport.tap).join('\n'),
      ASK: this.#transport.ask.join(' '),
      RESOLV_TARGET: resolvConf?.target ?? '',
      RESOLV_TEXT: resolvConf?.text ?? '',
      HOSTS_TARGET: hosts?.target ?? '',
      HOSTS_TEXT: hosts?.text ?? '',
    };
  }

  get warnings(): readonly Warning[] {
    return this.#run?.warnings ?? [];
  }

  get isolation(): Extract<Isolation, { kind: 'user-mode' }> {
    const { tool, tap } = this.#transport;
    const families = tap.families.length > 1 ? (['ipv4', 'ipv6'] as const) : (['ipv4'] as const);
    return { kind: 'user-mode', tool, mtu: tap.mtu, families };
  }

  get network(): string {
    return this.#holder.identity ?? '';
  }

  inspect<T>(work: (process: number) => NoPromise<T>): T {
    return work(this.#holder.pid);
  }

  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T {
    this.#members.starts();
    return spawn(this.#enterAs(account));
  }

  /** As root of the namespaces into them, as oneself into one more; setpriv comes last, or its signal would be forgotten. */
  #enterAs(account: ProcessAccount | undefined): string[] {
    const mounts = this.#names.resolvConf || this.#names.hosts ? ['--mount', '--root', '--wd'] : [];
    return [
      ...this.#enter(mounts),
      ...enterUserNamespace(this.#tools, getuid?.() ?? 0, getgid?.() ?? 0),
      ...limitFiles(this.#options.openFiles),
      ...asAccount(this.#tools.setpriv, account),
    ];
  }

  commandStarted(pid: number): void {
    this.#guardian?.commandStarted(pid);
  }

  administer(): string[] {
    return this.#enter([]);
  }

  #enter(mounts: readonly string[]): string[] {
    const target = ['--target', `${this.#holder.pid}`, '--user', '--net', ...mounts];
    return [this.#tools.nsenter, ...target, '--preserve-credentials', '--'];
  }

  get marks(): Readonly<Record<string, string>> {
    const { hostAddress } = this.#names;
    return { NETMETER_RUN: this.#mark, ...(hostAddress !== undefined && { NETMETER_HOST: hostAddress }) };
  }

  processes(): number[] {
    return this.#members.inside();
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

  async observeNames(observe: DnsObserver): Promise<boolean> {
    return this.#names.observe(observe, await this.nftables());
  }

  async nftables(): Promise<Nftables | undefined> {
    return (await this.#inside)?.nftables();
  }

  async sockDiag(): Promise<NetlinkSocket | undefined> {
    return (await this.#inside)?.sockDiag();
  }

  refuse = async (): Promise<void> => {
    const nftables = await this.nftables();
    if (!nftables) return;
    const { refuseAll } = await import('./refuse-all.js');
    this.#refusal = refuseAll(nftables, TAP);
  };

  unansweredWarnings(): Warning[] {
    return this.#run?.unansweredWarnings() ?? [];
  }

  /** Ends the transport and what still lives inside. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#run?.leave();
    this.#names[Symbol.dispose]();
    this.#remotes?.[Symbol.dispose]();
    this.#refusal?.[Symbol.dispose]();
    if (!this.#members.areGone) await this.#members.end();
    await Promise.all([this.#guardian?.finish(), this.#holder[Symbol.asyncDispose]()]);
    (await this.#inside)?.[Symbol.dispose]();
  }

  async #setUp(): Promise<void> {
    await within(STEP_MS, this.#holder.says('made', explainRefusal), () => late('the network namespace was not made'));
    const guardian = this.#guard();
    const exempt = (pid: number) => this.#exempted.add(pid);
    this.#inside = InnerNetlink.handedOver({ administer: this.administer(), exempt });
    this.#remotes = this.#countRemotes();
    const run = new TransportRun(this.#transport, new LineChannel(guardian.output as Socket));
    this.#run = run;
    this.#holder.tell('go');
    await within(STEP_MS, run.attach(this.#holder.says('ready', tapFailed)), () =>
      late(`${this.#transport.tool} did not attach to its tap (it said: ${run.complaint})`),
    );
    await this.#remotes?.counts;
    await this.#names.start(this.administer());
  }

  /** Starts the transport, beside what ends it with netmeter, and with it every process in the namespace. */
  #guard(): Guardian {
    const { cgroup } = this.#options;
    const { network, pid } = this.#holder;
    const beside = [this.#transport.file, ...this.#transport.argumentsFor(pid)];
    const guardian = new Guardian(this.#tools.sh, { run: this.#mark, cgroup, namespace: network, beside });
    this.#guardian = guardian;
    return guardian;
  }

  #countRemotes(): RemoteTable {
    const links = this.isolation.families.map(
      (family) => ({ family: family === 'ipv4' ? '4' : '6', device: TAP }) as const,
    );
    return new RemoteTable(this.nftables(), { links, hasServer: this.#isPublished, ...AT_TAP });
  }
}

const tapFailed = (complaints: string) => new NetmeterError('SETUP_FAILED', `the tap could not be used: ${complaints}`);

const late = (what: string) =>
  new NetmeterError('SETUP_FAILED', `${what} within ${STEP_MS / 1000} s`, {
    cure: 'Run it again when the machine is less busy, or as root: sudo netmeter -- COMMAND',
  });
