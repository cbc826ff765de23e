import { closeSync, constants, existsSync, openSync, readFileSync, statSync, watch } from 'node:fs';
import { type CgroupCpu, isPopulated, parseCpuStat, parsePids } from './cgroup-files.js';
import { foldersBelow } from './cgroup-tree.js';

/**
 * A control group of version 2, whoever has made it (Documentation/admin-guide/cgroup-v2.rst). The groups below it are
 * part of it here.
 */
export class CgroupView {
  readonly folder: string;
  /** A descriptor of its folder, for bpf(2); closed on exec. */
  readonly fd: number;

  /** @throws the file system's error: ENOENT, ENOTDIR, EACCES */
  static open(folder: string): CgroupView {
    return new CgroupView(folder);
  }

  protected constructor(folder: string) {
    this.folder = folder;
    this.fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  }

  /** Its folder by the descriptor, whatever is mounted or made at its path later. */
  get #held(): string {
    return `/proc/self/fd/${this.fd}`;
  }

  #folders(): string[] {
    return [this.#held, ...foldersBelow(this.#held)];
  }

  /** The living processes in the group and below it. */
  members(): number[] {
    return this.#folders().flatMap((folder) => {
      try {
        return parsePids(readFileSync(`${folder}/cgroup.procs`, 'latin1'));
      } catch {
        // It was removed meanwhile.
        return [];
      }
    });
  }

  /** The kernel's numbers of the group and of those below it, by which it says whose a socket is (cgroup_id()). */
  ids(): ReadonlySet<bigint> {
    const id = (folder: string) => statSync(folder, { bigint: true, throwIfNoEntry: false })?.ino ?? [];
    return new Set(this.#folders().flatMap(id));
  }

  /** False once no living process is in the group or below it. */
  get isPopulated(): boolean {
    const events = this.read('cgroup.events');
    // The hierarchy's root has no such file, and always processes.
    return events === undefined ? this.isThere : isPopulated(events);
  }

  /** False once it was removed; one of the same path may have been made since. */
  get isThere(): boolean {
    return existsSync(`${this.#held}/cgroup.procs`);
  }

  /** Resolves when the group has no living process, or at the abort. */
  async whenEmpty(signal?: AbortSignal): Promise<void> {
    if (!this.isPopulated || signal?.aborted) return;
    // The kernel reports each change of the file as a modification (kernfs_notify()).
    await new Promise<void>((resolve) => {
      const watcher = watch(`${this.#held}/cgroup.events`);
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

  /** Of all its processes so far, those that have ended too; undefined where the kernel does not say. */
  get cpu(): CgroupCpu | undefined {
    return parseCpuStat(this.read('cpu.stat') ?? '');
  }

  /** Lets go of the folder's descriptor; the group stays. */
  close(): void {
    closeSync(this.fd);
  }

  protected read(file: string): string | undefined {
    try {
      return readFileSync(`${this.#held}/${file}`, 'latin1');
    } catch {
      return undefined;
    }
  }
}
