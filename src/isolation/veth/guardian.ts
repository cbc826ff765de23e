import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { execPath } from 'node:process';
import { NetmeterError } from '../../errors.js';
import type { CoveredFile } from '../names/resolver.js';
import type { Tools } from '../tools/find-tools.js';
import { joined, LineChannel } from '../tools/line-channel.js';
import { GIVE_BACK_WORD, ownFile } from '../tools/own-file.js';
import { newRun, scriptEnvironment } from '../tools/script-environment.js';
import type { LeftRules } from './give-back.js';
import { GUARDIAN_SCRIPT } from './guardian-script.js';
import { HOLDER_SCRIPT } from './holder-script.js';

export type GuardianOptions = {
  /** Files of the host that the namespace shows with another text. */
  readonly resolvConf?: CoveredFile | undefined;
  readonly hosts?: CoveredFile | undefined;
  /** An instance of the kernel's trace that may be made from now on, to be taken away at the end. */
  readonly trace?: string | undefined;
  /** Where the command will start. */
  readonly cwd?: string | undefined;
  /** The soft limit of open files that the command shall find, where Node has raised ours. */
  readonly openFiles?: number | undefined;
  /** The folder of the control group that the command's tree may get. */
  readonly cgroup?: string | undefined;
};

/** The helpers' sockets, in the order of their descriptors from 3 on. */
export type Helpers = Readonly<Record<'hostIp' | 'hostTc' | 'holder' | 'innerIp', LineChannel>>;

/**
 * The process that cleans up, in every case: when the run ends well, when it fails, and when netmeter was SIGKILLed.
 * It starts the helpers of a scope, hears of each change to the host before the change is made, and has one trigger: the
 * end of its input.
 */
export class Guardian {
  readonly helpers: Helpers;
  /** Variables by which the command's descendants are known wherever they go. */
  readonly marks: Readonly<Record<string, string>>;
  readonly #verbs: LineChannel;
  readonly #gone: Promise<unknown>;
  #last: Promise<unknown> = Promise.resolve();
  #left: LeftRules = { link: '', chains: [], tables: [] };

  constructor(tools: Tools, options: GuardianOptions) {
    const { cwd } = options;
    const run = newRun();
    this.marks = { NETMETER_RUN: run };
    const shell = spawn(tools.sh, ['-c', 'eval "$GUARDIAN"', 'netmeter-guardian'], {
      // Apart from the terminal: ^C is for the command, not for what holds its scope.
      detached: true,
      ...(cwd !== undefined && { cwd }),
      env: { ...environment(tools, options), RUN: run },
      stdio: ['ignore', 'ignore', 'ignore', ...Array<'pipe'>(5).fill('pipe')],
    });
    this.#gone = new Promise((resolve) => shell.once('exit', resolve).once('error', resolve));
    const channel = (descriptor: number) => new LineChannel(shell.stdio[descriptor] as Socket);
    this.helpers = { hostIp: channel(3), hostTc: channel(4), holder: channel(6), innerIp: channel(7) };
    this.#verbs = channel(5);
  }

  /** The holder's pid, which the guardian says first. */
  async holderPid(): Promise<number> {
    const pid = Number(await this.#verbs.nextLine());
    if (!Number.isInteger(pid)) throw new NetmeterError('SETUP_FAILED', 'the guardian could not be started');
    return pid;
  }

  /** From now on the end of netmeter is the end of every process in the holder's namespace. */
  hold(): Promise<void> {
    return this.#ask('hold');
  }

  /** Switches sysctls on (below /proc/sys/net) until the last run that needs them is over. */
  forward(link: string, keys: readonly string[]): Promise<void> {
    return this.#ask(`forward ${link} ${keys.join(' ')}`);
  }

  /** Notes what of the run is in the host's nftables, beyond what goes by itself: it is taken away when netmeter is killed. */
  leaves(rules: Partial<LeftRules>): Promise<void> {
    const { chains = [], tables = [], link = this.#left.link } = rules;
    this.#left = { link, chains: [...this.#left.chains, ...chains], tables: [...this.#left.tables, ...tables] };
    return this.#ask(`leaves ${JSON.stringify(this.#left)}`);
  }

  /** Takes the kernel's trace instance `name` away at the end. */
  removeTrace(name: string): Promise<void> {
    return this.#ask(`trace ${name}`);
  }

  /** Cleans up; resolves when the host is as it was. */
  async finish(): Promise<void> {
    await this.#giveBack();
    for (const helper of Object.values(this.helpers)) helper.leave();
    this.#verbs.end();
    await this.#gone;
  }

  /** Here, where it costs no process. */
  async #giveBack(): Promise<void> {
    const { chains, tables } = this.#left;
    if (chains.length + tables.length === 0) return;
    const { giveBack } = await import('./give-back.js');
    if (giveBack(this.#left).length === 0) await this.#ask('leaves').catch(() => {});
  }

  /** One question at a time, or the answers could not be told apart. */
  #ask(line: string): Promise<void> {
    const answered = this.#last.then(() => this.#exchange(line));
    this.#last = answered.catch(() => {});
    return answered;
  }

  async #exchange(line: string): Promise<void> {
    this.#verbs.send(line);
    const { before, end } = await this.#verbs.linesUntil('ok', 'failed');
    if (end === 'ok') return;
    const reason = joined(before) || 'it is gone';
    throw new NetmeterError('SETUP_FAILED', `the guardian could not do '${line}': ${reason}`);
  }
}

const environment = (
  tools: Tools,
  { resolvConf, hosts, openFiles, cgroup, trace = '' }: GuardianOptions,
): NodeJS.ProcessEnv => ({
  ...scriptEnvironment(tools, openFiles, cgroup),
  TRACE: trace,
  NODE: execPath,
  ENTRY: ownFile(),
  GIVE_BACK: GIVE_BACK_WORD,
  // As variables, so that a process list shows a name and not a page of shell.
  GUARDIAN: GUARDIAN_SCRIPT,
  HOLDER: HOLDER_SCRIPT,
  RESOLV_TARGET: resolvConf?.target ?? '',
  RESOLV_TEXT: resolvConf?.text ?? '',
  HOSTS_TARGET: hosts?.target ?? '',
  HOSTS_TEXT: hosts?.text ?? '',
});
