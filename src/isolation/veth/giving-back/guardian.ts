import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { execPath } from 'node:process';
import { NetmeterError } from '../../../errors.js';
import type { Tools } from '../../tools/find-tools.js';
import { joined, LineChannel } from '../../tools/line-channel.js';
import { GIVE_BACK_WORD, ownFile } from '../../tools/own-file.js';
import { scriptEnvironment } from '../../tools/script-environment.js';
import { within } from '../../tools/within.js';
import { GUARDIAN_SCRIPT } from './guardian-script.js';
import type { HostChanges } from './host-changes.js';

export type GuardianOptions = {
  /** Where the command will start. */
  readonly cwd?: string | undefined;
  /** The folder of the control group that the command's tree may get. */
  readonly cgroup?: string | undefined;
};

/** What the guardian holds as long as it lives. */
export type Held = {
  /** A network namespace, whose processes end with netmeter. */
  readonly namespace: number;
  /** A netlink socket with the run's tables: were they netmeter's alone, its end would let packets leave untranslated. */
  readonly tables: number;
  /** The lock of the run's note. */
  readonly note: number | undefined;
};

/** It answers in a few milliseconds, unless somebody has stopped it. */
const ANSWER_MS = 5000;
/** Ending a tree of thousands takes seconds. */
const END_MS = 10_000;

/**
 * The process that cleans up where netmeter cannot: when it was SIGKILLed, or has failed. It hears of each change to the host
 * before the change is made.
 */
export class Guardian {
  /** Resolves when it is no more, before its time too. */
  readonly gone: Promise<void>;
  readonly #shell: ChildProcess;
  readonly #verbs: LineChannel;
  #last: Promise<unknown> = Promise.resolve();

  /** @param run by whose mark the command's descendants are known wherever they go */
  constructor(tools: Tools, run: string, held: Held, { cwd, cgroup }: GuardianOptions) {
    this.#shell = spawn(tools.sh, ['-c', 'eval "$GUARDIAN"', 'netmeter-guardian'], {
      // Apart from the terminal: ^C is for the command, not for what holds its scope.
      detached: true,
      ...(cwd !== undefined && { cwd }),
      // As a variable, so that a process list shows a name and not a page of shell.
      env: {
        ...scriptEnvironment(tools, undefined, cgroup),
        ...{ RUN: run, GUARDIAN: GUARDIAN_SCRIPT },
        ...{ NODE: execPath, ENTRY: ownFile(), GIVE_BACK: GIVE_BACK_WORD },
      },
      stdio: ['ignore', 'ignore', 'ignore', held.namespace, 'pipe', held.tables, held.note ?? 'ignore'],
    });
    this.gone = new Promise((resolve) => this.#shell.once('exit', () => resolve()).once('error', () => resolve()));
    this.#verbs = new LineChannel(this.#shell.stdio[4] as Socket);
  }

  /** From now on the end of netmeter is the end of every process in the namespace. @throws {NetmeterError} SETUP_FAILED */
  ready(): Promise<void> {
    const answered = this.#answer('hold');
    this.#last = answered.catch(() => {});
    return answered;
  }

  /** Tells what is to be given back, all of it. @throws {NetmeterError} SETUP_FAILED */
  leaves(changes: HostChanges): Promise<void> {
    return this.#ask(`leaves ${JSON.stringify(changes)}`);
  }

  /** Lets it go. @param isDone nobody lives and all has been given back: else it does it, which is waited for */
  async finish(isDone: boolean): Promise<void> {
    if (isDone) this.#verbs.send('done');
    this.#verbs.end();
    await within(isDone ? ANSWER_MS : END_MS, this.gone, () => new Error('it does not end')).catch(() =>
      // Somebody has stopped it.
      this.#shell.kill('SIGKILL'),
    );
  }

  /** One question at a time, or the answers could not be distinguished. */
  #ask(line: string): Promise<void> {
    const answered = this.#last.then(() => {
      this.#verbs.send(line);
      return this.#answer(line);
    });
    this.#last = answered.catch(() => {});
    return answered;
  }

  async #answer(line: string): Promise<void> {
    const answer = within(ANSWER_MS, this.#verbs.linesUntil('ok', 'failed'), () => failed(line, 'it does not answer'));
    const { before, end } = await answer;
    if (end !== 'ok') throw failed(line, joined(before) || 'it is gone');
  }
}

const failed = (line: string, reason: string) =>
  new NetmeterError('SETUP_FAILED', `the guardian could not do '${line}': ${reason}`);
