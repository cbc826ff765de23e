import { getegid, geteuid } from 'node:process';
import { NetmeterError } from '../../errors.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import { RunMembers } from '../machine/members/run-members.js';
import { hostsWithLoopbackName } from '../names/hosts-file.js';
import type { HostPort } from '../ports/ports.js';
import { asAccount } from '../tools/as-account.js';
import type { HolderTools } from '../tools/find-tools.js';
import { Holder } from '../tools/holder.js';
import { InnerNetlink } from '../tools/inner-netlink.js';
import { limitFiles } from '../tools/limit-files.js';
import { scriptEnvironment } from '../tools/script-environment.js';
import { enterUserNamespace } from '../tools/user-namespace.js';
import { OFFLINE_HOLDER_SCRIPT } from './offline-script.js';

export type OfflineNamespaceOptions = {
  readonly cwd?: string | undefined;
  readonly openFiles?: number | undefined;
  readonly hostPorts?: readonly HostPort[] | undefined;
  /** Made by the rights of this user over a user namespace, where it has no others. */
  readonly rootless: boolean;
};

/** A network namespace with loopback alone, the process that holds it, and the ways into it. */
export class OfflineNamespace implements AsyncDisposable {
  readonly members: RunMembers;
  readonly #tools: HolderTools;
  readonly #options: OfflineNamespaceOptions;
  readonly #hasMounts: boolean;
  readonly #holder: Holder;
  #inside: Promise<InnerNetlink> | undefined;

  /** @param run what its processes are known by */
  constructor(tools: HolderTools, run: string, options: OfflineNamespaceOptions) {
    const { cwd, rootless, hostPorts = [] } = options;
    this.#tools = tools;
    this.#options = options;
    // Who speaks with the host wants its name.
    const hosts = hostPorts.length > 0 ? hostsWithLoopbackName() : undefined;
    this.#hasMounts = hosts !== undefined;
    const user = rootless ? ['--user', '--map-root-user'] : [];
    const mounts = hosts ? ['--mount', '--propagation', 'slave'] : [];
    const covered = { RESOLV_TARGET: '', HOSTS_TARGET: hosts?.target ?? '', HOSTS_TEXT: hosts?.text ?? '' };
    const env = { ...scriptEnvironment(tools), ...covered };
    this.#holder = new Holder([tools.unshare, ...user, '--net', ...mounts], tools.sh, {
      ...{ script: OFFLINE_HOLDER_SCRIPT, cwd, env },
    });
    this.members = new RunMembers(
      run,
      () => this.#holder.identity,
      () => [this.#holder.pid],
    );
  }

  get identity(): string {
    return this.#holder.identity ?? '';
  }

  /** A process inside. */
  get pid(): number {
    return this.#holder.pid;
  }

  /** A descriptor of the namespace. */
  get network(): number {
    return this.#holder.network;
  }

  /** @throws {NetmeterError} SETUP_FAILED */
  async is(state: 'up' | 'ready'): Promise<void> {
    await this.#holder.says(state, notMade);
  }

  /** Whether what leads outside is refused by rules, or has no route. */
  begin(isRefused: boolean): void {
    this.#holder.tell(isRefused ? 'refuse' : 'leave unreachable');
  }

  /** The program, and its arguments, that starts a command inside. */
  enterAs(account: ProcessAccount | undefined): string[] {
    const { rootless, openFiles } = this.#options;
    const user = rootless ? enterUserNamespace(this.#tools, geteuid?.() ?? 0, getegid?.() ?? 0) : [];
    return [
      ...this.#enter(this.#hasMounts ? ['--mount', '--root', '--wd'] : []),
      ...user,
      ...limitFiles(openFiles),
      ...asAccount(this.#tools.setpriv, account),
    ];
  }

  administer(): string[] {
    return this.#enter([]);
  }

  /** root may enter the namespace itself; anybody else has them opened inside. */
  netlink(): Promise<InnerNetlink> {
    this.#inside ??= this.#options.rootless
      ? InnerNetlink.handedOver({ administer: this.administer() })
      : Promise.resolve(InnerNetlink.of(this.#holder.pid));
    return this.#inside;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#holder[Symbol.asyncDispose]();
    (await this.#inside)?.[Symbol.dispose]();
  }

  #enter(mounts: readonly string[]): string[] {
    const rights = this.#options.rootless ? ['--user', '--preserve-credentials'] : [];
    return [this.#tools.nsenter, '--target', `${this.#holder.pid}`, ...rights, '--net', ...mounts, '--'];
  }
}

const notMade = (complaints: string) =>
  new NetmeterError('SETUP_FAILED', `a network namespace could not be made: ${complaints}`);
