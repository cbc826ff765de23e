import { closeSync, openSync, write, writeFileSync } from 'node:fs';

/** Moves this process, with all its threads, into a group. @throws the file system's error: EACCES, EOPNOTSUPP ... */
export const moveSelf = (folder: string): void => writeFileSync(`${folder}/cgroup.procs`, '0');

/**
 * Makes the next moves quick. Each takes a lock for which the kernel waits until every CPU has passed through its scheduler
 * (percpu_down_write(), some 10 ms), unless another move was there just before: so this process is moved to where it is, by
 * another thread, while there is something else to do.
 * @param folder its own group's. @returns false where the process may not be moved
 */
export function prepareMove(folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const fd = openSync(`${folder}/cgroup.procs`, 'w');
      // One step of the thread's: it is under way although this thread has no time for the next.
      write(fd, '0', (error) => {
        closeSync(fd);
        resolve(error === null);
      });
    } catch {
      resolve(false);
    }
  });
}
