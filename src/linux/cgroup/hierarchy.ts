import { closeSync, existsSync, readFileSync } from 'node:fs';
import { pid as ownPid } from 'node:process';
import { attempt } from '../attempt.js';
import { detachedMount } from '../mounts/detached-mount.js';
import { type CgroupMount, cgroupFolder, cgroupPath, findCgroupMount } from './find-folder.js';

/** What the kernel is asked by; the kernel by default. */
type Source = {
  readonly text: (file: string) => string;
  readonly exists: (file: string) => boolean;
  /** Mounts the hierarchy where only this process sees it. @returns a descriptor */
  readonly mount: () => number;
};

const kernel: Source = {
  text: (file) => readFileSync(file, 'utf8'),
  exists: existsSync,
  mount: () => detachedMount('cgroup2'),
};

/** The unified hierarchy of control groups, as this process sees it: which folder is whose group. */
export class CgroupHierarchy implements Disposable {
  readonly #mount: CgroupMount;
  readonly #text: Source['text'];
  readonly #mounted: number | undefined;

  /**
   * By its mount; where that is covered by another (`ip netns exec` mounts a /sys of its own), by one of this process' own.
   * @returns undefined where there is none: version 1 alone, or nothing is mounted and nothing may be
   */
  static open(source: Source = kernel): CgroupHierarchy | undefined {
    const seen = findCgroupMount(attempt(() => source.text('/proc/self/mountinfo')) ?? '');
    if (seen && source.exists(`${seen.point}/cgroup.procs`)) return new CgroupHierarchy(source, seen);
    const mounted = attempt(source.mount);
    if (mounted === undefined) return undefined;
    return new CgroupHierarchy(source, { point: `/proc/${ownPid}/fd/${mounted}`, root: '/' }, mounted);
  }

  private constructor({ text }: Source, mount: CgroupMount, mounted?: number) {
    this.#mount = mount;
    this.#text = text;
    this.#mounted = mounted;
  }

  /** The folder of a process' group; undefined: it has gone, or its group is not to be seen from here. */
  folderOf(pid: number | 'self'): string | undefined {
    return attempt(() => cgroupFolder(this.#mount, this.#text(`/proc/${pid}/cgroup`)));
  }

  /** The folder that a group of this path has: one as in /proc/PID/cgroup, or of a folder below the mount. */
  folderAt(path: string): string | undefined {
    const { point } = this.#mount;
    if (path === point || path.startsWith(`${point}/`)) return path;
    return cgroupFolder(this.#mount, `0::${path}`);
  }

  /** A group's path as /proc/PID/cgroup has it. */
  pathOf(folder: string): string {
    return cgroupPath(this.#mount, folder);
  }

  [Symbol.dispose](): void {
    if (this.#mounted !== undefined) closeSync(this.#mounted);
  }
}
