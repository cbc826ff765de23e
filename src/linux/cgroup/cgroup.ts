import { mkdirSync, writeFileSync } from 'node:fs';
import { kill, pid } from 'node:process';
import { removeFolders } from './cgroup-tree.js';
import { CgroupView } from './cgroup-view.js';
import { moveSelf } from './move-self.js';

/** How long the end of killed processes is waited for. */
const MOST_WAIT_MS = 5000;

/** What an asynchronous function would return: it would go on after the process has left the group. */
type NoPromise<T> = T extends PromiseLike<unknown> ? never : T;

/** A control group that was made by and for its owner. */
export class Cgroup extends CgroupView implements AsyncDisposable {
  /** @throws the file system's error: EACCES, EROFS, EEXIST */
  static make(folder: string): Cgroup {
    mkdirSync(folder);
    return new Cgroup(folder);
  }

  /** One that is there, to be ended. @throws the file system's error: ENOENT */
  static override open(folder: string): Cgroup {
    return new Cgroup(folder);
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

  /** Ends every process at once, whatever they fork meanwhile (`cgroup.kill`, Linux 5.14; else all are frozen first). */
  kill(): void {
    try {
      writeFileSync(`${this.folder}/cgroup.kill`, '1');
    } catch {
      this.#freezeAndKill();
    }
  }

  /** Ends what still lives in it, and removes it with all that is below. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Should the way back have failed, this process would end itself.
    if (this.isPopulated && !this.members().includes(pid)) this.kill();
    // A process that the kernel cannot end must not hold us for ever.
    await this.whenEmpty(AbortSignal.timeout(MOST_WAIT_MS));
    removeFolders(this.folder);
    this.close();
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
}
