import { getgid, getuid } from 'node:process';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import { RunMembers } from '../machine/members/run-members.js';
import { Exempted } from '../tools/holders/exempted.js';
import { Holder, holderScript } from '../tools/holders/holder.js';
import { asAccount } from '../tools/programs/as-account.js';
import type { HolderTools } from '../tools/programs/find-tools.js';
import { limitFiles } from '../tools/programs/limit-files.js';
import { scriptEnvironment } from '../tools/programs/script-environment.js';
import { enterUserNamespace } from '../tools/programs/user-namespace.js';
import { InnerNetlink } from '../tools/sockets/inner-netlink.js';
import { TAP_DEVICE, tapLines } from './tap-plan.js';
import type { Transport } from './transport.js';
import type { UserModeNames } from './user-mode-names.js';

type Parts = {
  readonly tools: HolderTools;
  readonly transport: Transport;
  readonly names: Pick<UserModeNames, 'resolvConf' | 'hosts'>;
  /** Where the command will start. */
  readonly cwd: string | undefined;
  /** The soft limit of open files that the command shall find. */
  readonly openFiles: number | undefined;
  /** The run's, by which its processes are known. */
  readonly mark: string;
};

/**
 * An ordinary user's network namespace, in a user namespace that its holder is root of. The command enters one more, in which
 * it has its own uid again.
 */
export class UserModeNamespace implements AsyncDisposable {
  readonly holder: Holder;
  readonly members: RunMembers;
  readonly #parts: Parts;
  readonly #hasMounts: boolean;
  readonly #exempted = new Exempted([]);
  #inside: Promise<InnerNetlink> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { tools, names, cwd, mark } = parts;
    this.#hasMounts = names.resolvConf !== undefined || names.hosts !== undefined;
    const mounts = this.#hasMounts ? ['--mount', '--propagation', 'slave'] : [];
    const enter = [tools.unshare, '--user', '--map-root-user', '--net', ...mounts];
    this.holder = new Holder(enter, tools.sh, { script: holderScript('user-mode'), cwd, env: this.#holderVariables() });
    this.members = new RunMembers(
      mark,
      () => this.holder.identity,
      () => [this.holder.pid, ...this.#exempted.pids],
    );
  }

  get identity(): string {
    return this.holder.identity ?? '';
  }

  /** As root of the namespaces into them, as oneself into one more; setpriv comes last, or its signal would be forgotten. */
  enterAs(account: ProcessAccount | undefined): string[] {
    const { tools, openFiles } = this.#parts;
    return [
      ...this.#enter(this.#hasMounts ? ['--mount', '--root', '--wd'] : []),
      ...enterUserNamespace(tools, getuid?.() ?? 0, getgid?.() ?? 0),
      ...limitFiles(openFiles),
      ...asAccount(tools.setpriv, account),
    ];
  }

  administer<T>(spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return spawn(this.#enter([]));
  }

  /** Once the namespace is made. */
  openNetlink(): void {
    this.#inside = InnerNetlink.handedOver({
      administer: (spawn) => this.administer(spawn),
      exempt: (pid: number) => this.#exempted.add(pid),
    });
  }

  get inside(): Promise<InnerNetlink> | undefined {
    return this.#inside;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.holder[Symbol.asyncDispose]();
    (await this.#inside)?.[Symbol.dispose]();
  }

  #enter(mounts: readonly string[]): string[] {
    const target = ['--target', `${this.holder.pid}`, '--user', '--net', ...mounts];
    return [this.#parts.tools.nsenter, ...target, '--preserve-credentials', '--'];
  }

  #holderVariables(): NodeJS.ProcessEnv {
    const { tools, transport, names } = this.#parts;
    const { resolvConf, hosts } = names;
    return {
      ...scriptEnvironment(tools),
      TAP: TAP_DEVICE,
      TAP_LINES: tapLines(transport.tap).join('\n'),
      ASK: transport.ask.join(' '),
      RESOLV_TARGET: resolvConf?.target ?? '',
      RESOLV_TEXT: resolvConf?.text ?? '',
      HOSTS_TARGET: hosts?.target ?? '',
      HOSTS_TEXT: hosts?.text ?? '',
    };
  }
}
