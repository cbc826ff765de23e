import { readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { cgroupFolder, findCgroupMount } from './find-folder.js';

type ReadText = (file: string) => string;

const readText: ReadText = (file) => readFileSync(file, 'utf8');

/**
 * The folder of a process's control group in the unified hierarchy, as this process sees it.
 * @returns undefined where none is mounted, /proc is not there, or the process has gone
 */
export function groupOf(pid: number | 'self' = 'self', read: ReadText = readText): string | undefined {
  try {
    const mount = findCgroupMount(read('/proc/self/mountinfo'));
    return mount && cgroupFolder(mount, read(`/proc/${pid}/cgroup`));
  } catch {
    return undefined;
  }
}

/** Moves this process, with all its threads, into a group. @throws the file system's error: EACCES, EOPNOTSUPP ... */
export const moveSelf = (folder: string): void => writeFileSync(`${folder}/cgroup.procs`, '0');

/**
 * Makes the next moves quick. Each takes a lock for which the kernel waits until every CPU has passed through its scheduler
 * (percpu_down_write(), some 10 ms), unless another move was there just before: so this process is moved to where it is, by
 * another thread, while there is something else to do.
 * @param folder its own group's. @returns false where the process may not be moved
 */
export const prepareMove = (folder: string): Promise<boolean> =>
  writeFile(`${folder}/cgroup.procs`, '0').then(
    () => true,
    () => false,
  );
