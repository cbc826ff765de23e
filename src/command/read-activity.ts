import { readdirSync, readFileSync } from 'node:fs';

/** What processes do at a moment. */
export type Activity = {
  /** How many of them live. */
  readonly processes: number;
  /** True while a thread runs, wants to, or waits for a disk. */
  readonly busy: boolean;
  /** Time on a CPU until now, of all their threads, in the kernel's units. It grows, or threads ended. */
  readonly cpu: number;
};

/** Where it is read from; the kernel by default. */
export type ProcFiles = {
  readonly list: (folder: string) => readonly string[];
  readonly read: (file: string) => string;
};

const kernel: ProcFiles = { list: (folder) => readdirSync(folder), read: (file) => readFileSync(file, 'latin1') };

/** Reads what all threads of these processes do from /proc/PID/task/TID/stat and schedstat (proc(5), sched-stats.rst). */
export function readActivity(pids: readonly number[], files: ProcFiles = kernel): Activity {
  const each = pids.map((pid) => threadsOf(pid, files)).filter((threads) => threads.length > 0);
  const threads = each.flat();
  return {
    processes: each.length,
    busy: threads.some(({ busy }) => busy),
    cpu: threads.reduce((sum, { cpu }) => sum + cpu, 0),
  };
}

type Thread = { readonly busy: boolean; readonly cpu: number };

function threadsOf(pid: number, { list, read }: ProcFiles): Thread[] {
  const folder = `/proc/${pid}/task`;
  return whileThere(() => list(folder)).flatMap((tid) => {
    const [stat = ''] = whileThere(() => [read(`${folder}/${tid}/stat`)]);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = 'X'] = fields;
    if (stat === '' || 'ZX'.includes(state)) return [];
    // Nanoseconds where the kernel keeps them, else ticks of user and system time.
    const [schedstat = ''] = whileThere(() => [read(`${folder}/${tid}/schedstat`)]);
    const cpu = Number(schedstat.split(' ')[0]) || Number(fields[11]) + Number(fields[12]);
    return [{ busy: 'RD'.includes(state), cpu }];
  });
}

/** Nothing of a thread that has ended meanwhile. */
function whileThere<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch {
    return [];
  }
}
