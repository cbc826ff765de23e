import type { RemoteLedger } from '../remotes/remote-ledger.js';
import { type Account, isIdle, newAccount, type ProcessRecord, pour, totalOf } from './process-record.js';

/** How many processes and remotes are listed one by one; the others are put together. */
export type Bounds = { readonly processes: number; readonly remotes: number };
export const BOUNDS: Bounds = { processes: 10_000, remotes: 1000 };

/** What became of all processes of the command. */
export type LedgerResult = {
  readonly root: ProcessRecord | undefined;
  readonly records: readonly ProcessRecord[];
  /** Put together: processes that moved little. */
  readonly rest: Account & { readonly processes: number };
  /** Left out: processes without any traffic, of which none of the records descends. */
  readonly idle: number;
  readonly remotes: ReturnType<RemoteLedger['close']>;
};

type NewProcess = {
  readonly pid: number;
  readonly parent: ProcessRecord | undefined;
  /** Undefined: not known, and with it whose child it is. */
  readonly startedAt: number | undefined;
};

/**
 * The processes that there are and were, bounded: who never used the network is forgotten with its end, and of the
 * others that have ended those that moved least are put together when there are too many.
 */
export class ProcessRecords {
  readonly #records = new Map<number, ProcessRecord>();
  readonly #most: number;
  readonly #rest = newAccount();
  #folded = 0;
  #foldAt: number;
  #idle = 0;
  #ids = 0;
  readonly #areAllTheirs: boolean;
  /** The command's. */
  root: ProcessRecord | undefined;

  /**
   * @param most that are kept; twice as many, and all that live, may be for a while
   * @param areAllTheirs nobody is the command, and none is left out: all that are in a control group
   */
  constructor(most: number, areAllTheirs = false) {
    this.#most = most;
    this.#areAllTheirs = areAllTheirs;
    this.#foldAt = 2 * most;
  }

  add({ pid, parent, startedAt }: NewProcess): ProcessRecord {
    if (this.#records.size >= this.#foldAt) {
      this.#foldSmallest(false);
      this.#foldAt = 2 * Math.max(this.#records.size, this.#most);
    }
    const record = this.unlisted({ pid, parent, startedAt });
    if (parent) parent.children++;
    this.#records.set(record.id, record);
    return record;
  }

  /** One that is not of the command's. */
  unlisted({ pid, parent, startedAt }: NewProcess): ProcessRecord {
    const id = this.#ids++;
    return {
      // Not spread: that takes ten times as long.
      payload: newAccount().payload,
      connects: 0,
      id,
      pid,
      parent: parent && { id: parent.id, pid: parent.pid },
      top: parent ? parent.top : startedAt === undefined ? undefined : id,
      name: parent?.name,
      file: parent?.file,
      commandLine: parent?.commandLine,
      startedAt,
      endedAt: undefined,
      children: 0,
      folded: undefined,
    };
  }

  /** The command's tree, and those of whom it is not known. Before the command is known, each may be it. */
  mayBelong({ top }: ProcessRecord): boolean {
    return this.#areAllTheirs || top === undefined || this.root === undefined || top === this.root.id;
  }

  /** Forgets a process that has ended, or all is over, without traffic and descendants; then its parent, if it is such a one. */
  dropIdle(record: ProcessRecord, isOver: boolean): void {
    for (let each: ProcessRecord | undefined = record; each && this.#records.has(each.id); ) {
      const hasGone = isOver || each.endedAt !== undefined;
      if (each === this.root || !hasGone || each.children > 0 || !isIdle(each)) return;
      if (this.mayBelong(each)) this.#idle++;
      each = this.#remove(each);
    }
  }

  close(): Omit<LedgerResult, 'remotes'> {
    const records = () => [...this.#records.values()];
    // Nobody was the command: then nothing is its.
    const isKnown = this.#areAllTheirs || this.root !== undefined;
    for (const each of records()) if (!isKnown || !this.mayBelong(each)) this.#records.delete(each.id);
    for (const record of records().reverse()) this.dropIdle(record, true);
    while (this.#records.size > this.#most && this.#foldSmallest(true) > 0);
    return {
      root: this.root,
      records: records(),
      rest: { ...this.#rest, processes: this.#folded },
      idle: isKnown ? this.#idle : 0,
    };
  }

  /** @returns its parent */
  #remove(record: ProcessRecord): ProcessRecord | undefined {
    this.#records.delete(record.id);
    const parent = record.parent && this.#records.get(record.parent.id);
    if (parent) parent.children--;
    return parent;
  }

  /** Puts together those that moved least, of those that have ended and leave no children. @returns how many */
  #foldSmallest(isOver: boolean): number {
    const excess = Math.max(0, this.#records.size - this.#most);
    const candidates = [...this.#records.values()].filter(
      (record) => (isOver || record.endedAt !== undefined) && record.children === 0 && record !== this.root,
    );
    const smallest = candidates.sort((a, b) => totalOf(a) - totalOf(b)).slice(0, excess);
    for (const record of smallest) {
      const isTheirs = this.mayBelong(record);
      record.folded = isTheirs ? this.#rest : newAccount();
      pour(record, record.folded);
      if (isTheirs) this.#folded++;
      this.#remove(record);
    }
    return smallest.length;
  }
}
