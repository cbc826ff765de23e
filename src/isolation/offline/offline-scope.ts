import { getegid, geteuid } from 'node:process';
import { NetmeterError } from '../../errors.js';
import { Guardian } from '../../guardian/guardian.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { OwnTable } from '../../linux/netlink/netfilter/own-table.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import type { Attempt, Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import { readAttempts } from '../limits/read-attempts.js';
import { RunMembers } from '../machine/members/run-members.js';
import { hostsWithLoopbackName } from '../names/hosts-file.js';
import { RunNote } from '../notes/run-note.js';
import type { HostPort } from '../ports/ports.js';
import type { Scope, WireReading } from '../scope.js';
import { asAccount } from '../tools/as-account.js';
import { requireTools } from '../tools/find-tools.js';
import { Holder } from '../tools/holder.js';
import { InnerNetlink } from '../tools/inner-netlink.js';
import { limitFiles } from '../tools/limit-files.js';
import { opened } from '../tools/opened.js';
import { newRun, scriptEnvironment } from '../tools/script-environment.js';
import { enterUserNamespace } from '../tools/user-namespace.js';
import { OFFLINE_HOLDER_SCRIPT } from './offline-script.js';
import { OFFLINE_TABLE, refuseRules, TRIED_SETS } from './refuse-rules.js';

export type OfflineOptions = {
  readonly cwd?: string | undefined;
  readonly openFiles?: number | undefined;
  /** The folder of the control group that the command's tree may get. */
  readonly cgroup?: string | undefined;
  readonly hostPorts?: readonly HostPort[] | undefined;
  /** Made by the rights of this user over a user namespace, where it has no others. */
  readonly rootless: boolean;
};

const TOOLS = ['ip', 'unshare', 'nsenter', 'setpriv', 'prlimit', 'mount', 'umount', 'sh'] as const;
type Tools = Readonly<Record<(typeof TOOLS)[number], string>>;

/** A namespace with loopback alone: whatever is for the outside fails at once, and what was tried is remembered. */
export class OfflineScope implements Scope {
  readonly isolation: Isolation = { kind: 'offline' };
  readonly warnings: Warning[] = [];
  readonly marks: Readonly<Record<string, string>>;
  readonly #tools: Tools;
  readonly #options: OfflineOptions;
  readonly #hasMounts: boolean;
  readonly #holder: Holder;
  readonly #members: RunMembers;
  readonly #run = newRun();
  #note: RunNote | undefined;
  #guardian: Guardian | undefined;
  #inside: Promise<InnerNetlink> | undefined;
  #refusing: OwnTable | undefined;

  /** @throws {NetmeterError} MISSING_TOOLS, SETUP_FAILED */
  static async open(options: OfflineOptions): Promise<OfflineScope> {
    const scope = new OfflineScope(requireTools(TOOLS), options);
    return opened(scope, () => scope.#setUp());
  }

  private constructor(tools: Tools, options: OfflineOptions) {
    const { cwd, rootless, hostPorts = [] } = options;
    this.#tools = tools;
    this.#options = options;
    // Who speaks with the host wants its name.
    const hosts = hostPorts.length > 0 ? hostsWithLoopbackName() : undefined;
    this.#hasMounts = hosts !== undefined;
    this.marks = { NETMETER_RUN: this.#run };
    const user = rootless ? ['--user', '--map-root-user'] : [];
    const mounts = hosts ? ['--mount', '--propagation', 'slave'] : [];
    const covered = { RESOLV_TARGET: '', HOSTS_TARGET: hosts?.target ?? '', HOSTS_TEXT: hosts?.text ?? '' };
    const env = { ...scriptEnvironment(tools), ...covered };
    this.#holder = new Holder([tools.unshare, ...user, '--net', ...mounts], tools.sh, {
      ...{ script: OFFLINE_HOLDER_SCRIPT, cwd, env },
    });
    this.#members = new RunMembers(
      this.#run,
      () => this.#holder.identity,
      () => [this.#holder.pid],
    );
  }

  get network(): string {
    return this.#holder.identity ?? '';
  }

  inspect<T>(work: (process: number) => NoPromise<T>): T {
    return work(this.#holder.pid);
  }

  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return spawn(this.#enterAs(account));
  }

  #enterAs(account: ProcessAccount | undefined): string[] {
    const { rootless, openFiles } = this.#options;
    const user = rootless ? enterUserNamespace(this.#tools, geteuid?.() ?? 0, getegid?.() ?? 0) : [];
    return [
      ...this.#enter(this.#hasMounts ? ['--mount', '--root', '--wd'] : []),
      ...user,
      ...limitFiles(openFiles),
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
    const rights = this.#options.rootless ? ['--user', '--preserve-credentials'] : [];
    return [this.#tools.nsenter, '--target', `${this.#holder.pid}`, ...rights, '--net', ...mounts, '--'];
  }

  processes(): number[] {
    return this.#members.inside();
  }

  async readWire(): Promise<WireReading> {
    return {};
  }

  sampleWire(): Promise<WireReading> {
    return this.readWire();
  }

  async attempts(): Promise<readonly Attempt[] | null> {
    return this.#refusing ? readAttempts(this.#refusing.nftables, OFFLINE_TABLE, TRIED_SETS) : null;
  }

  /** root may enter the namespace itself; anybody else has them opened inside. */
  #netlink(): Promise<InnerNetlink> {
    this.#inside ??= this.#options.rootless
      ? InnerNetlink.handedOver({ administer: this.administer() })
      : Promise.resolve(InnerNetlink.of(this.#holder.pid));
    return this.#inside;
  }

  async nftables(): Promise<Nftables | undefined> {
    return (await this.#netlink()).nftables();
  }

  async sockDiag(): Promise<NetlinkSocket | undefined> {
    return (await this.#netlink()).sockDiag();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#refusing?.[Symbol.dispose]();
    if (!this.#members.areGone) await this.#members.end();
    await Promise.all([this.#guardian?.finish(), this.#holder[Symbol.asyncDispose]()]);
    (await this.#inside)?.[Symbol.dispose]();
    this.#note?.forget();
    this.#note?.[Symbol.dispose]();
  }

  async #setUp(): Promise<void> {
    const { cgroup } = this.#options;
    await this.#holder.says('up', notMade);
    const { network } = this.#holder;
    this.#note = RunNote.ofTree(this.#run, cgroup);
    const held = { namespace: network, changes: this.#note?.fd };
    this.#guardian = new Guardian(this.#tools.sh, { run: this.#run, cgroup, ...held });
    this.#refusing = await this.#refuse();
    this.#holder.tell(this.#refusing ? 'refuse' : 'leave unreachable');
    await this.#holder.says('ready', notMade);
  }

  /** @returns undefined where the kernel has no part for it; then what is tried fails all the same, unseen */
  async #refuse(): Promise<OwnTable | undefined> {
    const nftables = await this.nftables();
    try {
      return nftables && OwnTable.create(nftables, OFFLINE_TABLE, refuseRules());
    } catch {
      return undefined;
    }
  }
}

const notMade = (complaints: string) =>
  new NetmeterError('SETUP_FAILED', `a network namespace could not be made: ${complaints}`);
