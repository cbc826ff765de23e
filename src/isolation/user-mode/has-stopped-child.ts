import { readText } from '../tools/read-text.js';

/** Whether a child of a process is stopped by a signal (proc_pid_stat(5)). False where the kernel does not list children. */
export const hasStoppedChild = (pid: number, read: (file: string) => string | undefined = readText): boolean =>
  (read(`/proc/${pid}/task/${pid}/children`) ?? '')
    .split(' ')
    .some((child) => child !== '' && /\) T [^)]*$/.test(read(`/proc/${child}/stat`) ?? ''));
