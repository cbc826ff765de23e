import { pid as ownPid } from 'node:process';
import { type Process, readEnvironment, readProcesses } from './read-processes.js';

/** Where processes are read from; the kernel by default. */
type Source = {
  readonly list: () => readonly Process[];
  readonly environment: (pid: number) => string;
};

const kernel: Source = { list: readProcesses, environment: readEnvironment };

/**
 * The process tree of a command that shares its namespaces with others. A process belongs to it when it was started with
 * the run's mark in its environment, when its parent belongs, or when it belonged before: a daemon may lose both.
 */
export class MarkedTree {
  readonly run: string;
  readonly #mark: string;
  readonly #source: Source;
  /** Whoever was there before is none of ours, whatever it carries. */
  readonly #since: number;
  /** Start times of members, by pid. */
  #known: ReadonlyMap<number, number> = new Map();

  constructor(run = `${ownPid}-${Date.now().toString(36)}`, source = kernel) {
    this.run = run;
    this.#mark = `NETMETER_RUN=${run}\0`;
    this.#source = source;
    this.#since = source.list().find(({ pid }) => pid === ownPid)?.startedAt ?? 0;
  }

  /** Variables that the command must be started with. */
  get marks(): Readonly<Record<string, string>> {
    return { NETMETER_RUN: this.run };
  }

  /** The members that live now. */
  members(): number[] {
    const candidates = this.#source.list().filter(({ pid, startedAt }) => pid !== ownPid && startedAt >= this.#since);
    const roots = candidates.filter((process) => this.#isRoot(process));
    const members = withDescendants(roots, candidates);
    this.#known = new Map(members.map(({ pid, startedAt }) => [pid, startedAt]));
    return members.map(({ pid }) => pid);
  }

  #isRoot({ pid, startedAt }: Process): boolean {
    return this.#known.get(pid) === startedAt || `\0${this.#source.environment(pid)}`.includes(`\0${this.#mark}`);
  }
}

function withDescendants(roots: readonly Process[], all: readonly Process[]): readonly Process[] {
  const members = new Map(roots.map((process) => [process.pid, process]));
  for (let before = -1; before < members.size; ) {
    before = members.size;
    for (const process of all) if (members.has(process.parent)) members.set(process.pid, process);
  }
  return [...members.values()];
}
