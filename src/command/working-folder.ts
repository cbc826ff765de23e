import { cwd } from 'node:process';

/** Where netmeter was started; undefined when that folder was removed: a command can run there all the same. */
export function workingFolder(): string | undefined {
  try {
    return cwd();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
