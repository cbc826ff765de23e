import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lookFor } from '../tools/find-tools.js';
import { TREE_GUARDIAN_SCRIPT } from './tree-guardian-script.js';

/** A process that ends a marked tree when netmeter is gone. Where there is no shell there is none, and it does nothing. */
export class TreeGuardian {
  readonly #shell: ChildProcess | undefined;
  readonly #gone: Promise<unknown>;

  /**
   * @param run the mark's value
   * @param others pids of processes that are there before the tree is
   * @param cgroup the folder of the control group that the tree may get
   */
  constructor(run: string, others: readonly number[], cgroup: string | undefined) {
    const sh = lookFor('sh');
    // As a variable, so that a process list shows a name and not a page of shell.
    const env = {
      GUARDIAN: TREE_GUARDIAN_SCRIPT,
      RUN: run,
      CGROUP: cgroup ?? '',
      GREP: lookFor('grep') ?? '',
      LC_ALL: 'C',
    };
    this.#shell =
      sh === undefined
        ? undefined
        : spawn(sh, ['-c', 'eval "$GUARDIAN"', 'netmeter-guardian'], {
            // Apart from the terminal: ^C is for the command.
            detached: true,
            env,
            stdio: ['pipe', 'ignore', 'ignore'],
          });
    this.#gone = this.#shell ? once(this.#shell, 'exit').catch(() => {}) : Promise.resolve();
    // Its end is seen by its exit; a write to it must not throw on top of that.
    this.#shell?.stdin?.on('error', () => {});
    this.#shell?.stdin?.write(`others ${others.map((pid) => `/proc/${pid}`).join(' ')}\n`);
  }

  /** @param empty the tree is known to be gone: nothing need be looked for */
  async finish(empty: boolean): Promise<void> {
    this.#shell?.stdin?.end(empty ? 'done\n' : '');
    await this.#gone;
  }
}
