import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { execPath } from 'node:process';
import { NetmeterError } from '../../errors.js';
import type { NetworkNamespace } from '../../linux/namespace.js';
import type { Tools } from '../tools/find-tools.js';
import { joined, LineChannel } from '../tools/line-channel.js';
import { GIVE_BACK_WORD, ownFile } from '../tools/own-file.js';
import { newRun, scriptEnvironment } from '../tools/script-environment.js';
import type { LeftRules } from './give-back.js';
import { GUARDIAN_SCRIPT } from './guardian-script.js';

export type GuardianOptions = {
  /** An instance of the kernel's trace that may be made from now on, to be taken away at the end. */
  readonly trace?: string | undefined;
  /** Where the command will start. */
  readonly cwd?: string | undefined;
  /** The folder of the control group that the command's tree may get. */
  readonly cgroup?: string | undefined;
};

/**
 * The process that cleans up, in every case: when the run ends well, when it fails, and when netmeter was SIGKILLed. It hears of
 * each change to the host before the change is made, and has one trigger: the end of its input.
 */
export class Guardian {
  /** Variables by which the command's descendants are known wherever they go. */
  readonly marks: Readonly<Record<string, string>>;
  readonly #verbs: LineChannel;
  readonly #gone: Promise<unknown>;
  #last: Promise<unknown> = Promise.resolve();
  #left: LeftRules = { link: '', chains: [], tables: [] };

  /** @param namespace whose processes end with netmeter */
  constructor(tools: Tools, namespace: NetworkNamespace, { cwd, cgroup, trace = '' }: GuardianOptions) {
    const run = newRun();
    this.marks = { NETMETER_RUN: run };
    const shell = spawn(tools.sh, ['-c', 'eval "$GUARDIAN"', 'netmeter-guardian'], {
      // Apart from the terminal: ^C is for the command, not for what holds its scope.
      detached: true,
      ...(cwd !== undefined && { cwd }),
      // As a variable, so that a process list shows a name and not a page of shell.
      env: {
        ...scriptEnvironment(tools, undefined, cgroup),
        ...{ TRACE: trace, RUN: run, GUARDIAN: GUARDIAN_SCRIPT },
        ...{ NODE: execPath, ENTRY: ownFile(), GIVE_BACK: GIVE_BACK_WORD },
      },
      stdio: ['ignore', 'ignore', 'ignore', namespace.fd, 'pipe'],
    });
    this.#gone = new Promise((resolve) => shell.once('exit', resolve).once('error', resolve));
    this.#verbs = new LineChannel(shell.stdio[4] as Socket);
  }

  /** From now on the end of netmeter is the end of every process in the namespace. @throws {NetmeterError} SETUP_FAILED */
  ready(): Promise<void> {
    this.#last = this.#answer('hold');
    return this.#last as Promise<void>;
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
    const answered = this.#last.then(() => {
      this.#verbs.send(line);
      return this.#answer(line);
    });
    this.#last = answered.catch(() => {});
    return answered;
  }

  async #answer(line: string): Promise<void> {
    const { before, end } = await this.#verbs.linesUntil('ok', 'failed');
    if (end === 'ok') return;
    const reason = joined(before) || 'it is gone';
    throw new NetmeterError('SETUP_FAILED', `the guardian could not do '${line}': ${reason}`);
  }
}
