import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { execPath, getuid } from 'node:process';
import { fileURLToPath } from 'node:url';
import { ForksPoolWorker, type PoolOptions, type PoolWorker } from 'vitest/node';
import { TestMachine } from './test-machine.js';

const ENTER = fileURLToPath(new URL('enter.sh', import.meta.url));

/** Each file of tests runs in a process on a machine of its own, and fails the run by what it leaves there. */
export const ownMachines = {
  name: 'own-machine',
  createPoolWorker: (options: PoolOptions): PoolWorker =>
    canMakeMachines() ? new OwnMachineWorker(options) : new ForksPoolWorker(options),
};

/** Who may not make them skips what needs them (describePrivileged). */
const canMakeMachines = () => getuid?.() === 0 && spawnSync('unshare', ['--net', '--mount', 'true']).status === 0;

class OwnMachineWorker extends ForksPoolWorker {
  override readonly name = ownMachines.name;
  readonly #options: PoolOptions;
  readonly #machine = new TestMachine();
  readonly #onExit = () => this.#machine.endNow();

  constructor(options: PoolOptions) {
    super(options);
    this.#options = options;
    // After a second ^C nothing else is called.
    process.once('exit', this.#onExit);
  }

  override async start(): Promise<void> {
    const { folder, group = '' } = this.#machine;
    const own = { TMPDIR: folder, NETMETER_TEST_GROUP: group, NETMETER_TEST_NODE: execPath };
    // The one that is there is not made by the class above.
    (this as unknown as { _fork: ChildProcess })._fork = fork(this.entrypoint, [], {
      execPath: ENTER,
      execArgv: this.execArgv,
      env: { ...this.env, ...own },
      stdio: 'pipe',
      serialization: 'advanced',
    });
    await super.start();
  }

  override async stop(): Promise<void> {
    await super.stop();
    process.off('exit', this.#onExit);
    const left = await this.#machine.end();
    const { vitest, name } = this.#options.project;
    if (left.length > 0)
      vitest.state.catchError(new Error(`${name}: tests left behind: ${left.join(', ')}`), 'Leftovers');
  }
}
