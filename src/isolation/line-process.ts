import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';

type StartOptions = {
  readonly env?: NodeJS.ProcessEnv;
  /** A second pipe to it, at descriptor 3. */
  readonly extraPipe?: boolean;
  /** Complaints are lines of the answer, for a tool that goes on after an error. */
  readonly complaintsAsLines?: boolean;
  /** `/` unless given, where it is in nobody's way. */
  readonly cwd?: string;
};

/**
 * A tool that stays alive and is spoken to by lines: commands in on stdin, answers out on stdout.
 * What it prints on stderr is kept as the reason for a failure.
 */
export class LineProcess {
  readonly process: ChildProcess;
  /** Settles when the process has gone; never rejects. */
  readonly gone: Promise<void>;
  /** The pipe at descriptor 3, where one was asked for. */
  readonly extra: Writable | undefined;
  #stderr = '';
  #lines: string[] = [];
  #waiting: ((line: string | undefined) => void)[] = [];
  #over = false;

  constructor(file: string, argv: readonly string[], options: StartOptions = {}) {
    this.process = spawn(file, argv, {
      // Apart from the terminal: ^C is for the command, not for what holds its scope.
      detached: true,
      cwd: options.cwd ?? '/',
      ...(options.env && { env: options.env }),
      stdio: ['pipe', 'pipe', 'pipe', ...(options.extraPipe ? ['pipe' as const] : [])],
    });
    this.extra = (this.process.stdio[3] as Writable | null | undefined) ?? undefined;
    this.gone = new Promise((resolve) => {
      this.process.once('close', () => resolve(this.#end()));
      this.process.once('error', (error) => {
        this.#stderr += error.message;
        resolve(this.#end());
      });
    });
    // A tool that has died is noticed by its missing answer; a write to it must not throw on top of that.
    for (const pipe of [this.process.stdin, this.extra]) pipe?.on('error', () => {});
    this.process.stderr?.on('data', (chunk) => {
      this.#stderr += chunk;
    });
    const { stdout, stderr } = this.process;
    for (const input of options.complaintsAsLines ? [stdout, stderr] : [stdout]) {
      if (input) createInterface({ input }).on('line', (line) => this.#take(line));
    }
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** What it said on stderr so far, on one line. */
  get complaint(): string {
    return this.#stderr.trim().replaceAll(/\s*\n\s*/g, '; ');
  }

  send(...lines: string[]): void {
    this.process.stdin?.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** The next line of its answer; undefined when it ended first. */
  nextLine(): Promise<string | undefined> {
    const line = this.#lines.shift();
    if (line !== undefined || this.#over) return Promise.resolve(line);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Closes its stdin and waits until it has gone. */
  async finish(): Promise<void> {
    this.process.stdin?.end();
    await this.gone;
  }

  /** Closes its stdin, which ends it; nobody waits for that. */
  end(): void {
    this.process.stdin?.end();
    this.extra?.end();
    this.process.unref();
    for (const pipe of this.process.stdio) (pipe as Socket | null)?.unref();
  }

  #take(line: string): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(line);
    else this.#lines.push(line);
  }

  #end(): void {
    this.#over = true;
    for (const waiting of this.#waiting.splice(0)) waiting(undefined);
  }
}
