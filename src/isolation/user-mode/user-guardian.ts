import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { NetmeterError } from '../../errors.js';
import type { CoveredFile } from '../names/resolver.js';
import { joined, LineChannel } from '../tools/line-channel.js';
import { newRun, scriptEnvironment } from '../tools/script-environment.js';
import { explainRefusal } from './explain-refusal.js';
import { TAP_DEVICE, tapLines } from './tap-plan.js';
import type { Transport } from './transport.js';
import { complaint } from './transport-sayings.js';
import { USER_GUARDIAN_SCRIPT } from './user-guardian-script.js';
import { USER_HOLDER_SCRIPT } from './user-holder-script.js';

export type UserGuardianOptions = {
  readonly transport: Transport;
  /** Files of the host that the namespace shows with another text. */
  readonly resolvConf?: CoveredFile | undefined;
  readonly hosts?: CoveredFile | undefined;
  /** Where the command will start. */
  readonly cwd?: string | undefined;
  /** The soft limit of open files that the command shall find, where Node has raised ours. */
  readonly openFiles?: number | undefined;
  /** The folder of the control group that the command's tree may get. */
  readonly cgroup?: string | undefined;
};

/** The process that cleans up for an ordinary user, in every case; its one trigger is the end of its input. */
export class UserGuardian {
  /** What the transport says; its end is the transport's. */
  readonly transport: LineChannel;
  /** Variables by which the command's descendants are known wherever they go. */
  readonly marks: Readonly<Record<string, string>>;
  readonly #holder: LineChannel;
  readonly #verbs: LineChannel;
  readonly #gone: Promise<unknown>;

  constructor(tools: Readonly<Record<string, string>> & { readonly sh: string }, options: UserGuardianOptions) {
    const { cwd } = options;
    const run = newRun();
    this.marks = { NETMETER_RUN: run };
    const shell = spawn(tools.sh, ['-c', 'eval "$GUARDIAN"', 'netmeter-guardian'], {
      // Apart from the terminal: ^C is for the command, not for what holds its scope.
      detached: true,
      ...(cwd !== undefined && { cwd }),
      env: { ...environment(tools, options), RUN: run },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.#gone = new Promise((resolve) => shell.once('exit', resolve).once('error', resolve));
    const channel = (descriptor: number) => new LineChannel(shell.stdio[descriptor] as Socket);
    this.#holder = channel(3);
    this.transport = channel(4);
    this.#verbs = channel(5);
  }

  /** The holder's pid, when the tap is there. @throws {NetmeterError} MISSING_RIGHTS, SETUP_FAILED */
  async holderPid(): Promise<number> {
    const said: string[] = [];
    for (;;) {
      const line = await this.#holder.nextLine();
      const pid = /^made (\d+)$/.exec(line ?? '')?.[1];
      if (pid !== undefined) return Number(pid);
      if (line === undefined) throw explainRefusal(joined(said));
      said.push(line);
    }
  }

  /** When the transport has attached to the tap and it leads out. @throws {NetmeterError} SETUP_FAILED */
  async tapReady(): Promise<void> {
    const { before, end } = await this.#holder.linesUntil('ready');
    if (end !== 'ready') throw new NetmeterError('SETUP_FAILED', `the tap could not be used: ${complaint(before)}`);
  }

  /** Starts the transport. From now on the end of netmeter is the end of every process in the holder's namespace. */
  carry(words: readonly string[]): void {
    this.#verbs.send(`carry ${words.join(' ')}`);
  }

  /** Ends everything; resolves when that is done. */
  async finish(): Promise<void> {
    this.#holder.leave();
    this.transport.leave();
    this.#verbs.end();
    await this.#gone;
  }
}

const environment = (
  tools: Readonly<Record<string, string>>,
  { transport, resolvConf, hosts, openFiles, cgroup }: UserGuardianOptions,
): NodeJS.ProcessEnv => ({
  ...scriptEnvironment(tools, openFiles, cgroup),
  // As variables, so that a process list shows a name and not a page of shell.
  GUARDIAN: USER_GUARDIAN_SCRIPT,
  HOLDER: USER_HOLDER_SCRIPT,
  TRANSPORT: transport.file,
  TAP: TAP_DEVICE,
  TAP_LINES: tapLines(transport.tap).join('\n'),
  ASK: transport.ask.join(' '),
  RESOLV_TARGET: resolvConf?.target ?? '',
  RESOLV_TEXT: resolvConf?.text ?? '',
  HOSTS_TARGET: hosts?.target ?? '',
  HOSTS_TEXT: hosts?.text ?? '',
});
