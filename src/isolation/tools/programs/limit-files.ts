import { lookFor } from './find-tools.js';

/** argv that gives what follows it another soft limit of open files; none where that is as it shall be, or prlimit(1) is missing. */
export function limitFiles(soft: number | undefined): string[] {
  const prlimit = soft === undefined ? undefined : lookFor('prlimit');
  return prlimit === undefined ? [] : [prlimit, `--nofile=${soft}:`, '--'];
}
