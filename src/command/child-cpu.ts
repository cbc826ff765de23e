import { readFileSync } from 'node:fs';

/** CPU time of ended and waited-for descendants, in milliseconds. */
export type CpuTime = { readonly userMs: number; readonly systemMs: number };

/** Clock ticks of /proc: USER_HZ is 100 on every Linux that Node runs on. */
const MS_PER_TICK = 10;

/** Reads cutime and cstime of /proc/self/stat (proc(5), fields 16 and 17); undefined where /proc does not say. */
export function childCpu(): CpuTime | undefined {
  try {
    const text = readFileSync('/proc/self/stat', 'latin1');
    // The second field is the program's name in brackets, which may hold spaces and brackets itself.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { userMs: Number(fields[13]) * MS_PER_TICK, systemMs: Number(fields[14]) * MS_PER_TICK };
  } catch {
    return undefined;
  }
}
