import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { NetmeterError } from '../../../errors.js';
import { ownFile } from '../../../own-file.js';
import { answerOf } from './answer-of.js';
import { joined, LineChannel } from './line-channel.js';

export type Holding = {
  /** The file of what the holder does, which speaks by descriptor 3, and ends at the end of what it hears there. */
  readonly script: string;
  /** Variables of the script. */
  readonly env: NodeJS.ProcessEnv;
  /** Where the command will start. */
  readonly cwd?: string | undefined;
};

/** The file of a way's script, beside the others. */
export const holderScript = (name: 'offline' | 'user-mode' | 'join'): string =>
  join(dirname(ownFile()), 'isolation/scripts', `${name}.sh`);

/** What it does takes some 0.1 s; where hundreds start at once beside a heavy load 10 s were too few. */
const ANSWER_MS = 60_000;

/** A shell that lives in namespaces, and keeps them, for as long as netmeter does. */
export class Holder implements AsyncDisposable {
  readonly pid: number;
  /** A descriptor of its network namespace, once that is known to be there. */
  #network: number | undefined;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  readonly #words: LineChannel;
  readonly #complaints: LineChannel;

  /**
   * @param enter argv that makes or enters the namespaces, and becomes what follows it
   * @throws {NetmeterError} SETUP_FAILED
   */
  constructor(enter: readonly string[], sh: string, { script, env, cwd }: Holding) {
    const [file = sh, ...words] = [...enter, sh, script];
    this.#child = spawn(file, words, {
      // Apart from the terminal: ^C is for the command, not for what holds its scope.
      detached: true,
      ...(cwd !== undefined && { cwd }),
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#gone = new Promise((resolve) => this.#child.once('exit', () => resolve()).once('error', () => resolve()));
    this.#words = new LineChannel(this.#child.stdio[3] as Socket);
    this.#complaints = new LineChannel(this.#child.stderr as Socket);
    if (this.#child.pid === undefined) throw new NetmeterError('SETUP_FAILED', `${file} could not be started`);
    this.pid = this.#child.pid;
  }

  /**
   * Resolves when it says `word`.
   * @throws what `failed` makes of its complaints where it ends instead, or of its silence: somebody may have stopped it
   */
  async says(word: string, failed: (complaints: string) => Error, atMostMs = ANSWER_MS): Promise<void> {
    const said = this.#words.linesUntil(word);
    const { before, end } = await answerOf({ pids: [this.pid], atMostMs }, said, failed);
    if (end !== undefined) return;
    const { before: complaints } = await this.#complaints.linesUntil();
    throw failed(joined([...before, ...complaints]));
  }

  send(word: string): void {
    this.#words.send(word);
  }

  /** Its network namespace, which this keeps from now on. @throws the file system's error */
  get network(): number {
    this.#network ??= openSync(`/proc/${this.pid}/ns/net`, 'r');
    return this.#network;
  }

  /** How the kernel names its network namespace; undefined: it has gone, and nothing keeps it. */
  get identity(): string | undefined {
    try {
      return readlinkSync(this.#network === undefined ? `/proc/${this.pid}/ns/net` : `/proc/self/fd/${this.#network}`);
    } catch {
      return undefined;
    }
  }

  /** Ends it. Resolves when it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#words.end();
    this.#child.kill('SIGKILL');
    await this.#gone;
    if (this.#network !== undefined) closeSync(this.#network);
  }
}
