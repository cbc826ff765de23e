import { readText } from '../read-text.js';

type Read = (file: string) => string | undefined;

/** By its state, T in proc_pid_stat(5); one that is traced, t, is not. */
export const isStopped = (pid: number, read: Read = readText): boolean =>
  /^\d+ \(.*\) T [^)]*$/s.test(read(`/proc/${pid}/stat`) ?? '');

/** A process, or one that descends from it, that is stopped by a signal. */
export const findStopped = (pid: number, read: Read = readText): number | undefined =>
  isStopped(pid, read) ? pid : findStoppedBelow(pid, read);

/** The same without the process itself. */
export const findStoppedBelow = (pid: number, read: Read = readText): number | undefined =>
  childrenOf(pid, read)
    .map((child) => findStopped(child, read))
    .find((stopped) => stopped !== undefined);

/** None, too, where the kernel does not list them. */
export const childrenOf = (pid: number, read: Read = readText): number[] =>
  (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
