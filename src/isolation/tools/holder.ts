import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { NetmeterError } from '../../errors.js';
import { answerOf } from './answer-of.js';
import { joined, LineChannel } from './line-channel.js';

export type Holding = {
  /** What the holder does first; it ends at the end of its input. */
  readonly script: string;
  /** Variables of the script. */
  readonly env: NodeJS.ProcessEnv;
  /** Where the command will start. */
  readonly cwd?: string | undefined;
};

/** What it does takes some 0.1 s; on a busy machine longer. */
const ANSWER_MS = 10_000;

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
    const [file = sh, ...words] = [...enter, sh, '-c', 'exec <&3 >&3 3<&-; eval "$HOLDER"', 'netmeter-holder'];
    this.#child = spawn(file, words, {
      // Apart from the terminal: ^C is for the command, not for what holds its scope.
      detached: true,
      ...(cwd !== undefined && { cwd }),
      // As a variable, so that a process list shows a name and not a page of shell.
      env: { ...env, HOLDER: script },
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

  tell(word: string): void {
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
