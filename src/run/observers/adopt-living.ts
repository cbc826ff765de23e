import { readdirSync, readlinkSync } from 'node:fs';
import { readCommandLine } from '../../evidence/read-command-line.js';
import { parseStat } from '../../isolation/machine/read-processes.js';
import { readText } from '../../isolation/tools/read-text.js';
import type { AdoptedProcesses } from '../../observe/processes/adopt-processes.js';
import type { LivingProcess } from '../../observe/processes/write-process.js';

/** How often it is looked for who has been started meanwhile. */
const LOOKS = 10;

/**
 * Takes processes into the count that live already, until a look finds no more: whom those start is followed by the kernel.
 * @param list parents before their children
 */
export function adoptLiving(adopted: AdoptedProcesses, list: () => Iterable<number>): void {
  const tried = new Set<number>();
  for (let look = 0; look < LOOKS; look++) {
    const fresh = [...list()].filter((pid) => !tried.has(pid));
    if (fresh.length === 0) return;
    for (const pid of fresh) {
      tried.add(pid);
      if (!adopted.has(pid)) adopt(adopted, pid, tried);
    }
  }
}

function adopt(adopted: AdoptedProcesses, pid: number, known: ReadonlySet<number>): void {
  const startOf = () => parseStat(pid, readText(`/proc/${pid}/stat`) ?? '');
  const stat = startOf();
  if (!stat) return;
  adopted.add(living(pid, known.has(stat.parent) ? stat.parent : 0));
  // It may have ended meanwhile, and its number be another's.
  if (startOf()?.startedAt !== stat.startedAt) adopted.remove(pid);
}

function living(pid: number, parentPid: number): LivingProcess {
  return {
    ...{ pid, parentPid },
    threads: attempt(() => readdirSync(`/proc/${pid}/task`).map(Number)) ?? [pid],
    comm: (readText(`/proc/${pid}/comm`) ?? '').trimEnd(),
    file: attempt(() => readlinkSync(`/proc/${pid}/exe`)),
    words: readCommandLine(pid),
  };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
