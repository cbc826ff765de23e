import { pid as ownPid } from 'node:process';
import { pauseThread } from '../../tools/pause-thread.js';
import { newRun } from '../../tools/programs/script-environment.js';
import { type Process, readEnvironment, readProcesses } from '../read-processes.js';

/** Where processes are read from; the kernel by default. */
type Source = {
  readonly list: () => readonly Process[];
  /** Undefined: it has none yet. */
  readonly environment: (pid: number) => string | undefined;
  readonly pause: (ms: number) => void;
};

const kernel: Source = { list: readProcesses, environment: readEnvironment, pause: pauseThread };

/** How often, a millisecond apart, it is looked again for who is in the middle of an exec. */
const LOOKS = 20;

/**
 * The process tree of a command that shares its namespaces with others. A process belongs to it when it was started with
 * the run's mark in its environment, when its parent belongs, or when it belonged before: a daemon may lose both.
 */
export class MarkedTree {
  readonly run: string;
  readonly #mark: string;
  readonly #source: Source;
  /** Start times of members, by pid. */
  #known: ReadonlyMap<number, number> = new Map();
  /** Somebody could not be determined at the last look. */
  #unsure = false;

  constructor(run = newRun(), source = kernel) {
    this.run = run;
    this.#mark = `NETMETER_RUN=${run}\0`;
    this.#source = source;
  }

  /** Variables that the command must be started with. */
  get marks(): Readonly<Record<string, string>> {
    return { NETMETER_RUN: this.run };
  }

  /**
   * The members that live now. Where there is none, whoever is just starting a program is waited for.
   * @param known members whom another means has found
   */
  members(known: readonly number[] = []): number[] {
    for (let look = 1; ; look++) {
      const members = this.#look(known);
      this.#known = new Map(members.map(({ pid, startedAt }) => [pid, startedAt]));
      if (members.length > 0 || !this.#unsure || look === LOOKS) return members.map(({ pid }) => pid);
      this.#source.pause(1);
    }
  }

  #look(known: readonly number[]): readonly Process[] {
    this.#unsure = false;
    const all = this.#source.list();
    // Who was there before us is none of ours, whatever it carries.
    const since = all.find(({ pid }) => pid === ownPid)?.startedAt ?? 0;
    const candidates = all.filter(({ pid, startedAt }) => pid !== ownPid && startedAt >= since);
    const roots = candidates.filter((process) => known.includes(process.pid) || this.#isRoot(process));
    return withDescendants(roots, candidates);
  }

  #isRoot({ pid, startedAt }: Process): boolean {
    if (this.#known.get(pid) === startedAt) return true;
    const environment = this.#source.environment(pid);
    this.#unsure ||= environment === undefined;
    return `\0${environment ?? ''}`.includes(`\0${this.#mark}`);
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
