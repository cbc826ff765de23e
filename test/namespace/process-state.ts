import { readFileSync } from 'node:fs';

/** R, S, D, Z ... (proc_pid_stat(5)); undefined: there is no such process. */
export function stateOf(pid: number): string | undefined {
  try {
    return /\) (.) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}

/** Whoever has ended may wait for a busy init to be heard of. */
export const lives = (pid: number) => !['Z', 'X', undefined].includes(stateOf(pid));
