import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { getegid, geteuid } from 'node:process';
import { NetmeterError } from '../../errors.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { OwnTable } from '../../linux/netlink/netfilter/own-table.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process-account.js';
import type { Attempt, Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import { readAttempts } from '../limits/read-attempts.js';
import { namespaceMembers, networkOf } from '../machine/namespace-members.js';
import { hostsWithLoopbackName } from '../names/hosts-file.js';
import type { HostPort } from '../ports/ports.js';
import type { Scope, WireReading } from '../scope.js';
import { asAccount } from '../tools/as-account.js';
import { requireTools } from '../tools/find-tools.js';
import { InnerNetlink } from '../tools/inner-netlink.js';
import { joined, LineChannel } from '../tools/line-channel.js';
import { opened } from '../tools/opened.js';
import { newRun, scriptEnvironment } from '../tools/script-environment.js';
import { enterUserNamespace } from '../tools/user-namespace.js';
import { OFFLINE_GUARDIAN_SCRIPT, OFFLINE_HOLDER_SCRIPT } from './offline-script.js';
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
  readonly #rootless: boolean;
  readonly #hasMounts: boolean;
  readonly #verbs: LineChannel;
  readonly #holder: LineChannel;
  readonly #gone: Promise<unknown>;
  #pid = 0;
  #inside: Promise<InnerNetlink> | undefined;
  #refusing: OwnTable | undefined;

  /** @throws {NetmeterError} MISSING_TOOLS, SETUP_FAILED */
  static async open(options: OfflineOptions): Promise<OfflineScope> {
    const scope = new OfflineScope(requireTools(TOOLS), options);
    return opened(scope, () => scope.#setUp());
  }

  private constructor(tools: Tools, { cwd, openFiles, cgroup, rootless, hostPorts = [] }: OfflineOptions) {
    this.#tools = tools;
    this.#rootless = rootless;
    // Who speaks with the host wants its name.
    const hosts = hostPorts.length > 0 ? hostsWithLoopbackName() : undefined;
    this.#hasMounts = hosts !== undefined;
    const run = newRun();
    this.marks = { NETMETER_RUN: run };
    const shell = spawn(tools.sh, ['-c', OFFLINE_GUARDIAN_SCRIPT, 'netmeter-guardian'], {
      // Apart from the terminal: ^C is for the command, not for what holds its scope.
      detached: true,
      ...(cwd !== undefined && { cwd }),
      env: {
        ...scriptEnvironment(tools, openFiles, cgroup),
        RUN: run,
        NAMESPACES: [
          ...(rootless ? ['--user', '--map-root-user'] : []),
          '--net',
          ...(hosts ? ['--mount', '--propagation', 'slave'] : []),
        ].join(' '),
        RESOLV_TARGET: '',
        HOSTS_TARGET: hosts?.target ?? '',
        HOSTS_TEXT: hosts?.text ?? '',
        HOLDER: OFFLINE_HOLDER_SCRIPT,
      },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#gone = once(shell, 'exit').catch(() => {});
    this.#holder = new LineChannel(shell.stdio[3] as Socket);
    this.#verbs = new LineChannel(shell.stdio[4] as Socket);
  }

  get network(): string {
    return networkOf(this.#pid) ?? '';
  }

  inspect<T>(work: (process: number) => NoPromise<T>): T {
    return work(this.#pid);
  }

  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return spawn(this.#enterAs(account));
  }

  #enterAs(account: ProcessAccount | undefined): string[] {
    const user = this.#rootless ? enterUserNamespace(this.#tools, geteuid?.() ?? 0, getegid?.() ?? 0) : [];
    return [
      ...this.#enter(this.#hasMounts ? ['--mount', '--root', '--wd'] : []),
      ...user,
      ...asAccount(this.#tools.setpriv, account),
    ];
  }

  administer(): string[] {
    return this.#enter([]);
  }

  #enter(mounts: readonly string[]): string[] {
    const rights = this.#rootless ? ['--user', '--preserve-credentials'] : [];
    return [this.#tools.nsenter, '--target', `${this.#pid}`, ...rights, '--net', ...mounts, '--'];
  }

  processes(): number[] {
    return namespaceMembers(networkOf(this.#pid), [this.#pid]);
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
    this.#inside ??= this.#rootless
      ? InnerNetlink.handedOver({ administer: this.administer() })
      : Promise.resolve(InnerNetlink.of(this.#pid));
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
    this.#holder.leave();
    this.#verbs.end();
    await this.#gone;
    (await this.#inside)?.[Symbol.dispose]();
  }

  async #setUp(): Promise<void> {
    this.#pid = Number(await this.#verbs.nextLine());
    await this.#said('up');
    this.#refusing = await this.#refuse();
    this.#holder.send(this.#refusing ? 'refuse' : 'leave unreachable');
    await this.#said('ready');
    this.#verbs.send('hold');
    if ((await this.#verbs.nextLine()) !== 'ok')
      throw new NetmeterError('SETUP_FAILED', 'the network namespace could not be held');
  }

  async #said(word: string): Promise<void> {
    const { before, end } = await this.#holder.linesUntil(word);
    if (end !== undefined) return;
    throw new NetmeterError('SETUP_FAILED', `a network namespace could not be made: ${joined(before)}`);
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
