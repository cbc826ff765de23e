import type { CountedOthers, ProcessCounts } from '../../observe/processes/process-counts.js';
import type { CountedPair, CountedProcess, Program } from '../../observe/processes/read-process.js';
import { RemoteLedger } from '../remotes/remote-ledger.js';
import { type ProcessRecord, pour } from './process-record.js';
import { BOUNDS, type Bounds, type LedgerResult, ProcessRecords } from './process-records.js';

/** What the kernel has put together, at the end. */
export type Leftovers = { readonly others: CountedOthers; readonly idle: number };

/** Takes what the kernel has counted of the command's processes, as they end. */
export class ProcessLedger {
  readonly #records: ProcessRecords;
  readonly #remotes: RemoteLedger;
  /** By the kernel's id, those of this and of the last time: who has ended by then has no children to come. */
  #known: ReadonlyMap<number, ProcessRecord> = new Map();
  #former: ReadonlyMap<number, ProcessRecord> = new Map();

  /** @param areAllTheirs nobody is the command: all that are in a control group */
  constructor(bounds: Bounds = BOUNDS, areAllTheirs = false) {
    this.#records = new ProcessRecords(bounds.processes, areAllTheirs);
    this.#remotes = new RemoteLedger(bounds.remotes);
  }

  take({ root, processes, living, programs, pairs }: ProcessCounts): void {
    const known = new Map<number, ProcessRecord>();
    // Parents before their children.
    for (const each of [...processes, ...living].sort((a, b) => a.id - b.id)) {
      const record = this.#find(each.id) ?? this.#add(each, known);
      known.set(each.id, record);
      if (each.id === root) this.#records.root = record;
    }
    for (const each of processes) fill(known.get(each.id), each, programs.get(each.program));
    this.#former = this.#known;
    this.#known = known;
    for (const pair of pairs) this.#addPair(pair);
    for (const { id } of processes) {
      const record = known.get(id);
      if (record) this.#records.dropIdle(record, false);
    }
  }

  close({ others, idle }: Leftovers): LedgerResult {
    const result = this.#records.close();
    const rest = { ...result.rest, processes: result.rest.processes + others.processes };
    pour(others, rest);
    this.#remotes.addRest(others.remotes, 0);
    return {
      ...result,
      rest,
      idle: result.idle + idle,
      remotes: this.#remotes.close((record) => this.#records.mayBelong(record)),
    };
  }

  #find(id: number): ProcessRecord | undefined {
    return this.#known.get(id) ?? this.#former.get(id);
  }

  #add({ pid, fork }: CountedProcess, known: ReadonlyMap<number, ProcessRecord>): ProcessRecord {
    const parent = fork && (known.get(fork.parent) ?? this.#find(fork.parent));
    return this.#records.add({ pid, parent, startedAt: fork?.at });
  }

  #addPair({ process, side, protocol, address, port, ...counted }: CountedPair): void {
    const record = this.#find(process);
    if (!record) {
      this.#remotes.addRest(counted, 1);
      return;
    }
    const account = this.#remotes.accountOf(record, { side, protocol, address, port });
    for (const field of ['in', 'out', 'connections'] as const) account[field] += counted[field];
  }
}

function fill(record: ProcessRecord | undefined, counted: CountedProcess, program: Program | undefined): void {
  if (!record) return;
  pour(counted, record);
  record.endedAt = counted.endedAt;
  record.name = program?.name ?? counted.comm;
  record.file = program?.file;
  record.commandLine = program?.words;
}
