import { getegid, geteuid } from 'node:process';
import { NetmeterError } from '../../errors.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import { RunMembers } from '../machine/members/run-members.js';
import { hostsWithLoopbackName } from '../names/hosts-file.js';
import { Holder, holderScript } from '../tools/holders/holder.js';
import { asAccount } from '../tools/programs/as-account.js';
import type { HolderTools } from '../tools/programs/find-tools.js';
import { limitFiles } from '../tools/programs/limit-files.js';
import { scriptEnvironment } from '../tools/programs/script-environment.js';
import { enterUserNamespace } from '../tools/programs/user-namespace.js';
import { InnerNetlink } from '../tools/sockets/inner-netlink.js';
import type { OfflineNamespace, OfflineNamespaceOptions } from './offline-namespace.js';

/** An ordinary user's: made by the rights of this user over a user namespace, and held by a process inside. */
export class HeldNamespace implements OfflineNamespace {
  readonly members: RunMembers;
  readonly #tools: HolderTools;
  readonly #options: OfflineNamespaceOptions;
  readonly #hasMounts: boolean;
  readonly #holder: Holder;
  #inside: Promise<InnerNetlink> | undefined;

  /** @param run what its processes are known by */
  constructor(tools: HolderTools, run: string, options: OfflineNamespaceOptions) {
    const { cwd, hostPorts = [] } = options;
    this.#tools = tools;
    this.#options = options;
    // Who speaks with the host wants its name.
    const hosts = hostPorts.length > 0 ? hostsWithLoopbackName() : undefined;
    this.#hasMounts = hosts !== undefined;
    const mounts = hosts ? ['--mount', '--propagation', 'slave'] : [];
    const covered = { RESOLV_TARGET: '', HOSTS_TARGET: hosts?.target ?? '', HOSTS_TEXT: hosts?.text ?? '' };
    const env = { ...scriptEnvironment(tools), ...covered };
    this.#holder = new Holder([tools.unshare, '--user', '--map-root-user', '--net', ...mounts], tools.sh, {
      ...{ script: holderScript('offline'), cwd, env },
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

  get network(): number {
    return this.#holder.network;
  }

  inspect<T>(work: (process: number) => NoPromise<T>): T {
    return work(this.#holder.pid);
  }

  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return spawn([
      ...this.#enter(this.#hasMounts ? ['--mount', '--root', '--wd'] : []),
      ...enterUserNamespace(this.#tools, geteuid?.() ?? 0, getegid?.() ?? 0),
      ...limitFiles(this.#options.openFiles),
      ...asAccount(this.#tools.setpriv, account),
    ]);
  }

  administer<T>(spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return spawn(this.#enter([]));
  }

  /** Nobody but who is inside may open them. */
  netlink(): Promise<InnerNetlink> {
    this.#inside ??= InnerNetlink.handedOver({ administer: (spawn) => this.administer(spawn) });
    return this.#inside;
  }

  made(): Promise<void> {
    return this.#holder.says('up', notMade);
  }

  leadToLoopback(): Promise<void> {
    this.#holder.send('refuse');
    return this.#holder.says('ready', notMade);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#holder[Symbol.asyncDispose]();
    (await this.#inside)?.[Symbol.dispose]();
  }

  #enter(mounts: readonly string[]): string[] {
    const target = ['--target', `${this.#holder.pid}`, '--user', '--preserve-credentials', '--net', ...mounts];
    return [this.#tools.nsenter, ...target, '--'];
  }
}

const notMade = (complaints: string) =>
  new NetmeterError('SETUP_FAILED', `a network namespace could not be made: ${complaints}`);
