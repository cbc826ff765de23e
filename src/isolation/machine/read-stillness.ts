import { readdirSync, readFileSync } from 'node:fs';

/** Where it is read from; the kernel by default. */
type Source = { readonly list: (folder: string) => readonly string[]; readonly text: (file: string) => string };

const kernel: Source = { list: (folder) => readdirSync(folder), text: (file) => readFileSync(file, 'latin1') };

/**
 * A mark of processes that are all stopped (SIGSTOP, ^Z): as long as it is the same, none of their threads has run, for
 * each switch to one is counted (/proc/PID/task/TID/status, proc(5)).
 * @returns undefined where there are none, or one is not stopped
 */
export function stillnessOf(pids: readonly number[], { list, text }: Source = kernel): string | undefined {
  try {
    const marks = pids.flatMap((pid) =>
      list(`/proc/${pid}/task`).map((tid) => threadMark(tid, text(`/proc/${pid}/task/${tid}/status`))),
    );
    return marks.length === 0 || marks.includes(undefined) ? undefined : marks.join(' ');
  } catch {
    // One has ended meanwhile.
    return undefined;
  }
}

function threadMark(tid: string, status: string): string | undefined {
  if (!/^State:\s+T/m.test(status)) return undefined;
  const switches = [...status.matchAll(/^(?:non)?voluntary_ctxt_switches:\s+(\d+)$/gm)].map(([, count]) => count);
  return switches.length === 2 ? `${tid}:${switches.join('+')}` : undefined;
}
