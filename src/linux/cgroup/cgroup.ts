import { closeSync, constants, mkdirSync, openSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { kill, pid } from 'node:process';
import { type CgroupCpu, isPopulated, parseCpuStat, parsePids } from './cgroup-files.js';
import { foldersBelow, removeFolders } from './cgroup-tree.js';
import { moveSelf } from './move-self.js';

/** How long the end of killed processes is waited for. */
const MOST_WAIT_MS = 5000;

/** What an asynchronous function would return: it would go on after the process has left the group. */
type NoPromise<T> = T extends PromiseLike<unknown> ? never : T;

/**
 * A control group of version 2, made by and for its owner (Documentation/admin-guide/cgroup-v2.rst). Its processes may
 * make groups below it, which are part of it here.
 */
export class Cgroup implements AsyncDisposable {
  readonly folder: string;
  /** A descriptor of its folder, for bpf(2); closed on exec. */
  readonly fd: number;

  /** @throws the file system's error: EACCES, EROFS, EEXIST */
  static make(folder: string): Cgroup {
    mkdirSync(folder);
    return new Cgroup(folder);
  }

  private constructor(folder: string) {
    this.folder = folder;
    this.fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  }

  /**
   * Runs `work` with this process in the group, and goes back to `home`: a child that is spawned meanwhile starts, and
   * stays, inside, and so do sockets that are made. The first move in a while waits for the kernel's readers (about
   * 10 ms, {@link prepareMove}); the next ones take 0.1 ms.
   * @throws the file system's error where the process may not be moved; then `work` has not run
   */
  around<T>(home: string, work: () => NoPromise<T>): T {
    moveSelf(this.folder);
    try {
      return work();
    } finally {
      moveSelf(home);
    }
  }

  /** The living processes in the group and below it. */
  members(): number[] {
    return [this.folder, ...foldersBelow(this.folder)].flatMap((folder) => {
      try {
        return parsePids(readFileSync(`${folder}/cgroup.procs`, 'latin1'));
      } catch {
        // The job has removed it meanwhile.
        return [];
      }
    });
  }

  /** False once no living process is in the group or below it. */
  get isPopulated(): boolean {
    return isPopulated(this.#read('cgroup.events') ?? '');
  }

  /** Resolves when the group has no living process, or at the abort. */
  async whenEmpty(signal?: AbortSignal): Promise<void> {
    if (!this.isPopulated || signal?.aborted) return;
    // The kernel tells each change of the file as a modification (kernfs_notify()).
    await new Promise<void>((resolve) => {
      const watcher = watch(`${this.folder}/cgroup.events`);
      const end = () => {
        watcher.close();
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const look = () => this.isPopulated || end();
      watcher.on('change', look).on('error', end);
      signal?.addEventListener('abort', end);
      // It may have become empty before it was watched.
      look();
    });
  }

  /** Ends every process at once, whatever they fork meanwhile (`cgroup.kill`, Linux 5.14; else all are frozen first). */
  kill(): void {
    try {
      writeFileSync(`${this.folder}/cgroup.kill`, '1');
    } catch {
      this.#freezeAndKill();
    }
  }

  /** Of all its processes so far, those that have ended too; undefined where the kernel does not say. */
  get cpu(): CgroupCpu | undefined {
    return parseCpuStat(this.#read('cpu.stat') ?? '');
  }

  /** Ends what still lives in it, and removes it with all that is below. */
  async [Symbol.asyncDispose](): Promise<void> {
    closeSync(this.fd);
    // Should the way back have failed, this process would end itself.
    if (this.isPopulated && !this.members().includes(pid)) this.kill();
    // A process that the kernel cannot end must not hold us for ever.
    await this.whenEmpty(AbortSignal.timeout(MOST_WAIT_MS));
    removeFolders(this.folder);
  }

  #freezeAndKill(): void {
    try {
      writeFileSync(`${this.folder}/cgroup.freeze`, '1');
    } catch {
      // Before Linux 5.2: whoever forks faster than this is met the next time.
    }
    for (const member of this.members()) {
      try {
        kill(member, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }

  #read(file: string): string | undefined {
    try {
      return readFileSync(`${this.folder}/${file}`, 'latin1');
    } catch {
      return undefined;
    }
  }
}
