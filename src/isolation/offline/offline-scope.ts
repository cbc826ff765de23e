import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { getegid, geteuid } from 'node:process';
import { promisify } from 'node:util';
import { NetmeterError } from '../../errors.js';
import type { Attempt, Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import { parseAttempts } from '../limits/parse-attempts.js';
import { namespaceMembers } from '../machine/namespace-members.js';
import { hostsWithLoopbackName } from '../names/hosts-file.js';
import type { HostPort } from '../ports/ports.js';
import type { Scope, WireReading } from '../scope.js';
import { asAccount } from '../tools/as-account.js';
import { lookFor, requireTools } from '../tools/find-tools.js';
import { joined, LineChannel } from '../tools/line-channel.js';
import { opened } from '../tools/opened.js';
import { newRun, scriptEnvironment } from '../tools/script-environment.js';
import { enterUserNamespace } from '../tools/user-namespace.js';
import { OFFLINE_GUARDIAN_SCRIPT, OFFLINE_HOLDER_SCRIPT, REFUSE_RULES } from './offline-script.js';

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
  readonly #nft = lookFor('nft');
  readonly #rootless: boolean;
  readonly #hasMounts: boolean;
  readonly #verbs: LineChannel;
  readonly #holder: LineChannel;
  readonly #gone: Promise<unknown>;
  #pid = 0;
  #refusing = false;

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
        NFT: this.#nft ?? '',
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
        REFUSE_RULES,
      },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#gone = once(shell, 'exit').catch(() => {});
    this.#holder = new LineChannel(shell.stdio[3] as Socket);
    this.#verbs = new LineChannel(shell.stdio[4] as Socket);
  }

  get counterPid(): number {
    return this.#pid;
  }

  enter(identity: readonly string[]): string[] {
    const user = this.#rootless ? enterUserNamespace(this.#tools, geteuid?.() ?? 0, getegid?.() ?? 0) : [];
    return [
      ...this.#enter(this.#hasMounts ? ['--mount', '--root', '--wd'] : []),
      ...user,
      ...asAccount(this.#tools.setpriv, identity),
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
    return namespaceMembers(this.#pid, [this.#pid]);
  }

  async readWire(): Promise<WireReading> {
    return {};
  }

  sampleWire(): Promise<WireReading> {
    return this.readWire();
  }

  async attempts(): Promise<readonly Attempt[] | null> {
    if (!this.#refusing || this.#nft === undefined) return null;
    const [file = '', ...rest] = [...this.administer(), this.#nft, '-j', 'list', 'table', 'inet', 'netmeter_offline'];
    const listing = await promisify(execFile)(file, rest, { maxBuffer: 64 << 20 }).catch(() => undefined);
    return listing === undefined ? null : parseAttempts(listing.stdout);
  }

  async removeTrace(name: string): Promise<void> {
    this.#verbs.send(`trace ${name}`);
    await this.#verbs.nextLine();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#holder.leave();
    this.#verbs.end();
    await this.#gone;
  }

  async #setUp(): Promise<void> {
    this.#pid = Number(await this.#verbs.nextLine());
    const { before, end } = await this.#holder.linesUntil('refusing', 'unreachable');
    if (end === undefined)
      throw new NetmeterError('SETUP_FAILED', `a network namespace could not be made: ${joined(before)}`);
    this.#refusing = end === 'refusing';
    this.#verbs.send('hold');
    if ((await this.#verbs.nextLine()) !== 'ok')
      throw new NetmeterError('SETUP_FAILED', 'the network namespace could not be held');
  }
}
