import { readdirSync, readlinkSync } from 'node:fs';
import { cpuUsage } from 'node:process';

/** Where it is read from; the kernel by default. */
type Source = {
  readonly list: (folder: string) => readonly string[];
  readonly link: (file: string) => string;
  readonly now: () => number;
};

const kernel: Source = {
  list: (folder) => readdirSync(folder),
  link: (file) => readlinkSync(file),
  now: cpuMs,
};

/** Who holds which sockets. */
export type Owners = {
  /** Pids by the socket's inode. */
  readonly owners: ReadonlyMap<string, number>;
  /** Every process was looked into, at least once in its life. */
  readonly complete: boolean;
};

/**
 * Looks into processes' descriptors, those of /proc/PID/fd, for at most a number of milliseconds of our CPU time: a busy
 * machine stretches the clock's. A tree too big for that is gone through over several looks.
 */
export class Descriptors {
  readonly #source: Source;
  #next = 0;

  constructor(source: Source = kernel) {
    this.#source = source;
  }

  look(pids: readonly number[], atMostMs: number): Owners {
    const owners = new Map<string, number>();
    const deadline = this.#source.now() + atMostMs;
    // Where the last look stopped; from the start again when the tree has shrunk below it.
    const start = this.#next < pids.length ? this.#next : 0;
    const round = [...pids.slice(start), ...pids.slice(0, start)];
    let seen = 0;
    for (const pid of round) {
      if (seen > 0 && this.#source.now() >= deadline) break;
      for (const inode of this.#socketsOf(pid)) if (!owners.has(inode)) owners.set(inode, pid);
      seen += 1;
    }
    this.#next = seen < round.length ? (start + seen) % pids.length : 0;
    return { owners, complete: seen === round.length };
  }

  /** Of a process that has ended, or may not be looked into: none. */
  #socketsOf(pid: number): string[] {
    try {
      return this.#source
        .list(`/proc/${pid}/fd`)
        .flatMap((descriptor) => this.#socketAt(`/proc/${pid}/fd/${descriptor}`));
    } catch {
      return [];
    }
  }

  #socketAt(file: string): string[] {
    try {
      return /^socket:\[(\d+)\]$/.exec(this.#source.link(file))?.slice(1) ?? [];
    } catch {
      return [];
    }
  }
}

function cpuMs(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}
