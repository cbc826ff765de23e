import type { Place } from '../place-address.js';
import { RemoteLedger } from '../remotes/remote-ledger.js';
import type { ProcessRecord } from './process-record.js';
import { BOUNDS, type Bounds, type LedgerResult, ProcessRecords } from './process-records.js';
import { SocketLedger } from './socket-ledger.js';
import { COMMAND_MARK, type TraceEvent } from './trace-event.js';

export type LedgerOptions = {
  /** netmeter's own thread, whose child the command is. */
  readonly ownTid: number;
  readonly place: Place;
  readonly bounds?: Bounds;
};

/** Follows the command's processes through the trace, event by event, in the order of time. */
export class ProcessLedger {
  readonly #ownTid: number;
  readonly #threads = new Map<number, ProcessRecord>();
  readonly #records: ProcessRecords;
  readonly #own: ProcessRecord;
  readonly #remotes: RemoteLedger;
  readonly #sockets: SocketLedger;
  readonly #executed = new Set<ProcessRecord>();
  readonly #unfollowed: ProcessRecord[] = [];
  #lastOwnChild: ProcessRecord | undefined;
  #isWhole = true;

  constructor({ ownTid, place, bounds = BOUNDS }: LedgerOptions) {
    this.#ownTid = ownTid;
    this.#records = new ProcessRecords(bounds.processes);
    this.#remotes = new RemoteLedger(bounds.remotes);
    this.#sockets = new SocketLedger(place, this.#remotes);
    this.#own = this.#records.unlisted({ pid: ownTid, parent: undefined, startedAt: undefined });
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
        if (event.tid === this.#ownTid && event.text === COMMAND_MARK) this.#records.root = this.#lastOwnChild;
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
    const result = this.#records.close();
    return { ...result, remotes: this.#remotes.close((record) => this.#records.mayBelong(record)) };
  }

  #fork({ tid, child, isThread, at }: Extract<TraceEvent, { kind: 'forked' }>): void {
    const parent = this.#recordOf(tid);
    if (!parent) return;
    if (isThread) {
      this.#threads.set(child, parent);
      parent.threads++;
      return;
    }
    const record = this.#records.add({
      pid: child,
      parent: parent === this.#own ? undefined : parent,
      startedAt: at,
    });
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
    this.#records.dropIdle(record, false);
  }

  /** Undefined: a stranger. */
  #recordOf(tid: number): ProcessRecord | undefined {
    const known = this.#threads.get(tid);
    if (known || this.#isWhole) return known;
    const record = this.#records.add({ pid: tid, parent: undefined, startedAt: undefined });
    this.#threads.set(tid, record);
    return record;
  }

  /** The record, unless it is ours or another child's of ours. */
  #theirs(record: ProcessRecord | undefined): ProcessRecord | undefined {
    return record && record !== this.#own && this.#records.mayBelong(record) ? record : undefined;
  }
}
