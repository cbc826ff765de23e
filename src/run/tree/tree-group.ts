import { cpuUsage } from 'node:process';
import { Cgroup } from '../../linux/cgroup/cgroup.js';
import type { CgroupCpu } from '../../linux/cgroup/cgroup-files.js';
import type { CgroupHierarchy } from '../../linux/cgroup/hierarchy.js';
import { prepareMove } from '../../linux/cgroup/move-self.js';

/**
 * Where the control group of a run's tree shall be: below netmeter's own, whose limits then hold for the command unchanged.
 * @param run the run's name. @returns undefined where there are no control groups of version 2
 */
export function treeFolder(hierarchy: CgroupHierarchy | undefined, run: string): string | undefined {
  const home = hierarchy?.folderOf('self');
  return home === undefined ? undefined : `${home}/netmeter-${run}`;
}

/**
 * Has the kernel wait for its readers while a scope is being made: {@link TreeGroup} finds them gone, if that did not take long.
 * @returns when it is over: a move that comes late would take this process, and the command with it, out of the run's group
 */
export async function prepareGroup(hierarchy: CgroupHierarchy | undefined): Promise<boolean> {
  const home = hierarchy?.folderOf('self');
  return home !== undefined && prepareMove(home);
}

/**
 * The control group that the command's tree lives in from its first instruction: who is in it, when the last one has gone,
 * what CPU time they took, and how all are ended at once, the kernel reports without a look through /proc.
 */
export class TreeGroup implements AsyncDisposable {
  readonly cgroup: Cgroup;
  readonly #hierarchy: CgroupHierarchy;
  readonly #home: string;
  readonly #prepared: Promise<boolean>;
  /** What this process itself was charged while it was inside. */
  #ownCpu: CgroupCpu = { userMs: 0, systemMs: 0 };

  /**
   * @param prepared of {@link prepareGroup}
   * @returns undefined where none can be made here: a container, no rights, version 1 alone
   */
  static open(
    hierarchy: CgroupHierarchy | undefined,
    folder: string | undefined,
    prepared: Promise<boolean>,
  ): TreeGroup | undefined {
    const home = hierarchy?.folderOf('self');
    if (!hierarchy || folder === undefined || home === undefined) return undefined;
    try {
      return new TreeGroup(hierarchy, Cgroup.make(folder), { home, prepared });
    } catch {
      return undefined;
    }
  }

  private constructor(
    hierarchy: CgroupHierarchy,
    cgroup: Cgroup,
    { home, prepared }: { readonly home: string; readonly prepared: Promise<boolean> },
  ) {
    this.#hierarchy = hierarchy;
    this.cgroup = cgroup;
    this.#home = home;
    this.#prepared = Promise.all([prepareMove(home), prepared]).then(([isReady]) => isReady);
  }

  /** To be waited for before {@link start}. @returns false where a process may not be moved here */
  ready(): Promise<boolean> {
    return this.#prepared;
  }

  /** Runs `spawn` so that its children start inside. */
  start<T>(spawn: () => T extends PromiseLike<unknown> ? never : T): T {
    const before = cpuUsage();
    try {
      return this.cgroup.around(this.#home, spawn);
    } finally {
      const { user, system } = cpuUsage(before);
      this.#ownCpu = { userMs: user / 1000, systemMs: system / 1000 };
    }
  }

  /** The folder of any process' group; undefined: it has gone. */
  folderOf(pid: number): string | undefined {
    return this.#hierarchy.folderOf(pid);
  }

  /** The tree's CPU time, of all its processes, also those that nobody has waited for. */
  get cpu(): CgroupCpu | undefined {
    const all = this.cgroup.cpu;
    if (!all) return undefined;
    const { userMs, systemMs } = this.#ownCpu;
    return { userMs: Math.max(0, all.userMs - userMs), systemMs: Math.max(0, all.systemMs - systemMs) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cgroup[Symbol.asyncDispose]();
  }
}
