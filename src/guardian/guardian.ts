import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { NetmeterError } from '../errors.js';
import { NoLibcError } from '../linux/load-koffi.js';
import { DeathSignal } from '../linux/process/death-signal.js';
import { ownFile } from '../own-file.js';
import { type Guarded, guardianEnvironment } from './guarded.js';

/**
 * The process that cleans up where netmeter cannot, because it was killed: what the run has changed, what holds it, and who
 * belongs to it. Nothing is said to it, and netmeter never waits for an answer: it may have been stopped.
 */
export class Guardian {
  /** Resolves when it is no more, before its time too. */
  readonly gone: Promise<void>;
  /** That it was ended before its time, from then on. */
  readonly warnings: { readonly code: 'GUARDIAN_GONE'; readonly message: string }[] = [];
  #isOver = false;
  readonly #shell: ChildProcess | undefined;
  readonly #deathSignal = openDeathSignal();

  /**
   * @param sh the shell; undefined: there is none, in a slim image. Then the kernel ends the command with netmeter, and the
   * next run what that leaves
   * @throws {NetmeterError} SETUP_FAILED
   */
  constructor(sh: string | undefined, guarded: Guarded) {
    this.#shell = sh === undefined ? undefined : this.#start(sh, guarded);
    this.gone = new Promise((resolve) => {
      if (this.#shell) this.#shell.once('exit', () => resolve()).once('error', () => resolve());
      else resolve();
    });
    if (!this.#shell) return;
    void this.gone.then(() => this.#isOver || this.warnings.push(ended(guarded)));
    // Its end is seen by its exit; a write to it must not throw on top of that.
    this.#shell.stdin?.on('error', () => {});
    if (this.#shell.pid === undefined) throw notStarted(`${sh}`);
  }

  /** Whose child the program beside it is, if there is one. */
  get pid(): number | undefined {
    return this.#shell?.pid;
  }

  /** What the program beside it says, if there is one. */
  get output(): Readable | null {
    return this.#shell?.stdout ?? null;
  }

  /** Has the kernel end the command where netmeter and its guardian are both killed: nobody else would, until the next run. */
  commandStarted(pid: number): void {
    this.#deathSignal?.aimAt(pid);
  }

  /** Lets it go, with the program beside it: all has been given back. Resolves when both are no more. */
  async finish(): Promise<void> {
    const shell = this.#shell;
    this.#isOver = true;
    this.#deathSignal?.[Symbol.dispose]();
    if (!shell) return;
    if (shell.stdout === null) {
      shell.kill('SIGKILL');
      return this.gone;
    }
    // Somebody may have stopped it.
    shell.kill('SIGCONT');
    shell.stdin?.end('over\n');
    const late = setTimeout(() => shell.kill('SIGKILL'), END_MS);
    await this.gone;
    clearTimeout(late);
  }

  #start(sh: string, guarded: Guarded): ChildProcess {
    const { namespace = 'ignore', changes = 'ignore', tables = 'ignore', beside = [] } = guarded;
    const [one = 'ignore', other = 'ignore'] = this.#deathSignal?.ends ?? [];
    const entry = ownFile();
    return spawn(sh, [`${dirname(entry)}/guardian/guardian.sh`, ...beside], {
      // Apart from the terminal: ^C is for the command, not for what holds its scope.
      detached: true,
      cwd: '/',
      env: guardianEnvironment(entry, guarded),
      stdio: ['pipe', beside.length > 0 ? 'pipe' : 'ignore', 'ignore', namespace, changes, tables, one, other],
    });
  }
}

/** Its input or output that is nobody's is /dev/null, and the system says of the program itself that it is not there. */
function notStarted(sh: string): NetmeterError {
  const hasNull = existsSync('/dev/null');
  const cure = {
    cure: 'Give /dev its usual devices: mount -t devtmpfs dev /dev.',
  };
  const reason = hasNull ? sh : 'there is no /dev/null';
  const message = `the process that cleans up after netmeter could not be started: ${reason}`;
  return new NetmeterError('SETUP_FAILED', message, hasNull ? {} : cure);
}

const ended = ({ changes }: Guarded) => ({
  code: 'GUARDIAN_GONE' as const,
  message: `the process that cleans up after netmeter was ended: if netmeter is killed too, ${changes === undefined ? 'nobody ends the command’s processes' : 'the next run cleans up'}`,
});

/** Ending another program takes it a few milliseconds. */
const END_MS = 2000;

/** Undefined where libc cannot be called: on behalf of an ordinary user, who leaves nothing on this machine but the command. */
function openDeathSignal(): DeathSignal | undefined {
  try {
    return new DeathSignal();
  } catch (error) {
    if (error instanceof NoLibcError) return undefined;
    throw error;
  }
}
