import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { execPath, getuid } from 'node:process';
import { fileURLToPath } from 'node:url';
import { ForksPoolWorker, type PoolOptions, type PoolWorker } from 'vitest/node';
import { directPath } from './direct-path.js';
import { TestMachine } from './test-machine.js';

const ENTER = fileURLToPath(new URL('enter.sh', import.meta.url));
const PATH = directPath(process.env['PATH'] ?? '');

/** Each file of tests runs in a process with a folder for temporary files and a cgroup of its own, and fails the run by what it leaves there. */
export const ownTraces = {
  name: 'own-traces',
  createPoolWorker: (options: PoolOptions): PoolWorker => new TracedWorker(options),
};

/** The same on a machine of its own. Who may not make them skips what needs them (describePrivileged). */
export const ownMachines = {
  name: 'own-machine',
  createPoolWorker: (options: PoolOptions): PoolWorker =>
    canMakeMachines() ? new OwnMachineWorker(options) : new TracedWorker(options),
};

// Vitest itself ends in order at SIGINT and SIGTERM alone: this is what a terminal says when it is closed.
process.once('SIGHUP', () => process.exit(129));

const canMakeMachines = () => getuid?.() === 0 && spawnSync('unshare', ['--net', '--mount', 'true']).status === 0;

class TracedWorker extends ForksPoolWorker {
  override readonly name: string = ownTraces.name;
  /** What takes Node's words. */
  protected readonly executable: string = execPath;
  readonly #options: PoolOptions;
  readonly #machine = new TestMachine();
  readonly #onExit = () => {
    this.#machine.endNow();
    rmSync(this.#options.project.tmpDir, { recursive: true, force: true });
  };

  constructor(options: PoolOptions) {
    super(options);
    this.#options = options;
    // After a ^C nothing else is called.
    process.once('exit', this.#onExit);
  }

  override async start(): Promise<void> {
    const { folder, group = '' } = this.#machine;
    const own = { PATH, TMPDIR: folder, NETMETER_TEST_GROUP: group, NETMETER_TEST_NODE: execPath };
    const child = fork(this.entrypoint, [], {
      execPath: this.executable,
      execArgv: this.execArgv,
      env: { ...this.env, ...own },
      stdio: 'pipe',
      serialization: 'advanced',
    });
    this.#machine.take(child.pid);
    // The one that is there is not made by the class above.
    (this as unknown as { _fork: ChildProcess })._fork = child;
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

class OwnMachineWorker extends TracedWorker {
  override readonly name = ownMachines.name;
  protected override readonly executable = ENTER;
}
