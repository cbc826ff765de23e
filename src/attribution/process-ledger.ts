import type { Place } from './place-address.js';
import { type Account, isIdle, newAccount, type ProcessRecord, pour, totalOf } from './process-record.js';
import { RemoteLedger } from './remote-ledger.js';
import { SocketLedger } from './socket-ledger.js';
import type { TraceEvent } from './trace-event.js';

/** How many processes and remotes are told one by one; the others are put together. */
export type Bounds = { readonly processes: number; readonly remotes: number };
export const BOUNDS: Bounds = { processes: 10_000, remotes: 1000 };

export type LedgerOptions = {
  /** netmeter's own thread, whose child the command is. */
  readonly ownTid: number;
  readonly place: Place;
  readonly bounds?: Bounds;
};

/** What became of all processes of the command. Times are the trace clock's. */
export type LedgerResult = {
  readonly root: ProcessRecord | undefined;
  readonly records: readonly ProcessRecord[];
  /** Put together: processes that moved little. */
  readonly rest: Account & { readonly processes: number };
  /** Left out: processes without any traffic, of which none of the records descends. */
  readonly idle: number;
  readonly remotes: ReturnType<RemoteLedger['close']>;
};

/** netmeter's mark that stands behind the command's fork. */
export const COMMAND_MARK = 'command';

/** Follows the command's processes through the trace, event by event, in the order of time. */
export class ProcessLedger {
  readonly #ownTid: number;
  readonly #bounds: Bounds;
  readonly #threads = new Map<number, ProcessRecord>();
  readonly #records = new Map<number, ProcessRecord>();
  readonly #own: ProcessRecord;
  readonly #remotes: RemoteLedger;
  readonly #sockets: SocketLedger;
  readonly #rest = newAccount();
  #folded = 0;
  #foldAt: number;
  #idle = 0;
  #ids = 0;
  #lastOwnChild: ProcessRecord | undefined;
  #root: ProcessRecord | undefined;
  #isWhole = true;
  readonly #executed = new Set<ProcessRecord>();
  #unfollowed: ProcessRecord[] = [];

  constructor({ ownTid, place, bounds = BOUNDS }: LedgerOptions) {
    this.#ownTid = ownTid;
    this.#bounds = bounds;
    this.#foldAt = 2 * bounds.processes;
    this.#remotes = new RemoteLedger(bounds.remotes);
    this.#sockets = new SocketLedger(place, this.#remotes);
    this.#own = this.#newRecord(ownTid, { parent: undefined, startedAt: undefined });
    this.#records.delete(this.#own.id);
    this.#threads.set(ownTid, this.#own);
  }

  take(event: TraceEvent): void {
    switch (event.kind) {
      case 'moved': {
        const record = this.#theirs(this.#recordOf(event.tid));
        if (record) this.#sockets.moved(record, event);
        break;
      }
      case 'turned':
        this.#sockets.turned(this.#theirs(this.#threads.get(event.tid)), event);
        break;
      case 'forked':
        this.#fork(event);
        break;
      case 'executed':
        this.#execute(event);
        break;
      case 'exited':
        this.#exit(event.tid, event.at);
        break;
      case 'marked':
        if (event.tid === this.#ownTid && event.text === COMMAND_MARK) this.#root = this.#lastOwnChild;
        break;
      default:
        event satisfies never;
    }
  }

  /** From now on a thread may turn up whose fork the kernel had no room for. */
  noteLoss(): void {
    this.#isWhole = false;
  }

  /** Living processes that have got a program since they were asked for, at most `most`. */
  takeExecuted(most: number): ProcessRecord[] {
    const taken = [...this.#executed].slice(0, most);
    for (const record of taken) this.#executed.delete(record);
    return taken;
  }

  /**
   * Process numbers that the kernel does not follow any more although their process lives on: its first thread has ended.
   * When another thread executes a program, it takes that number over.
   */
  takeUnfollowed(): number[] {
    return this.#unfollowed.splice(0).flatMap(({ pid, threads }) => (threads > 0 ? [pid] : []));
  }

  close(): LedgerResult {
    this.#sockets.close();
    for (const record of this.#records.values()) if (!this.#belongs(record)) this.#records.delete(record.id);
    for (const record of [...this.#records.values()].reverse()) this.#dropIdle(record, true);
    while (this.#records.size > this.#bounds.processes && this.#foldSmallest(true) > 0);
    return {
      root: this.#root,
      records: [...this.#records.values()],
      rest: { ...this.#rest, processes: this.#folded },
      idle: this.#idle,
      remotes: this.#remotes.close((record) => this.#belongs(record)),
    };
  }

  #fork({ tid, child, isThread, at }: Extract<TraceEvent, { kind: 'forked' }>): void {
    const parent = this.#recordOf(tid);
    if (!parent) return;
    if (isThread) {
      this.#threads.set(child, parent);
      parent.threads++;
      return;
    }
    const record = this.#newRecord(child, { parent: parent === this.#own ? undefined : parent, startedAt: at });
    if (parent === this.#own) this.#lastOwnChild = record;
    this.#threads.set(child, record);
  }

  #execute({ tid, wasTid, file }: Extract<TraceEvent, { kind: 'executed' }>): void {
    // The kernel ends all other threads first, and gives the one that executes the process's number.
    const record = this.#threads.get(wasTid) ?? this.#recordOf(tid);
    if (!record || record === this.#own) return;
    if (wasTid !== tid) this.#unfollowed.push(record);
    this.#threads.delete(wasTid);
    this.#threads.set(tid, record);
    record.threads = 1;
    record.endedAt = undefined;
    record.file = file;
    record.name = file.slice(file.lastIndexOf('/') + 1);
    record.commandLine = undefined;
    this.#executed.add(record);
  }

  #exit(tid: number, at: number): void {
    const record = this.#threads.get(tid);
    if (!record || record === this.#own) return;
    this.#threads.delete(tid);
    record.threads--;
    if (record.threads > 0) {
      if (tid === record.pid) this.#unfollowed.push(record);
      return;
    }
    record.endedAt = at;
    this.#executed.delete(record);
    // It was read when the process was no more: it may be another's, of the same number.
    if (record.commandLine && record.commandLine.at >= at) record.commandLine = undefined;
    this.#dropIdle(record, false);
  }

  /** Undefined: a stranger. */
  #recordOf(tid: number): ProcessRecord | undefined {
    const known = this.#threads.get(tid);
    if (known || this.#isWhole) return known;
    const record = this.#newRecord(tid, { parent: undefined, startedAt: undefined });
    this.#threads.set(tid, record);
    return record;
  }

  #newRecord(pid: number, { parent, startedAt }: { parent: ProcessRecord | undefined; startedAt: number | undefined }) {
    if (this.#records.size >= this.#foldAt) {
      this.#foldSmallest(false);
      this.#foldAt = 2 * Math.max(this.#records.size, this.#bounds.processes);
    }
    const id = this.#ids++;
    const record: ProcessRecord = {
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
      threads: 1,
      children: 0,
      waiting: 0,
      folded: undefined,
    };
    if (parent) parent.children++;
    this.#records.set(id, record);
    return record;
  }

  /** The command's tree, and those of whom it is not known. */
  #belongs({ top }: ProcessRecord): boolean {
    return top === undefined || top === this.#root?.id;
  }

  /** The record, unless it is ours or another child's of ours. Before the command is known, each may be it. */
  #theirs(record: ProcessRecord | undefined): ProcessRecord | undefined {
    if (!record || record === this.#own) return undefined;
    return this.#root === undefined || this.#belongs(record) ? record : undefined;
  }

  /** Forgets a process that has ended, or all is over, without traffic and descendants; then its parent, if it is such a one. */
  #dropIdle(record: ProcessRecord, isOver: boolean): void {
    for (let each: ProcessRecord | undefined = record; each; ) {
      const hasGone = isOver || each.endedAt !== undefined;
      if (each === this.#root || !hasGone || each.children > 0 || each.folded || !isIdle(each)) return;
      if (!this.#records.has(each.id)) return;
      if (this.#belongs(each)) this.#idle++;
      each = this.#remove(each);
    }
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
    const excess = Math.max(0, this.#records.size - this.#bounds.processes);
    const candidates = [...this.#records.values()].filter(
      (record) => (isOver || record.endedAt !== undefined) && record.children === 0 && record !== this.#root,
    );
    const smallest = candidates.sort((a, b) => totalOf(a) - totalOf(b)).slice(0, excess);
    for (const record of smallest) {
      pour(record, this.#rest);
      record.folded = this.#rest;
      this.#folded++;
      this.#remove(record);
    }
    return smallest.length;
  }
}
