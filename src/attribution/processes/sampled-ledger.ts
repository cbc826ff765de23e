import type { Place } from '../place-address.js';
import { RemoteLedger } from '../remotes/remote-ledger.js';
import type { Endpoint } from './endpoint.js';
import { type Account, newAccount, type ProcessRecord } from './process-record.js';
import { BOUNDS, type Bounds, type LedgerResult, ProcessRecords } from './process-records.js';

/** A connection of TCP as it was when it was looked at, with its payload so far. */
export type ListedConnection = {
  /** Of this connection alone, as long as the machine runs. */
  readonly key: string;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Who holds it; none: its program has closed it, or is gone. */
  readonly pids: readonly number[];
  readonly in: number;
  readonly out: number;
};

export type SeenProcess = {
  readonly pid: number;
  readonly parent: number;
  /** Clock ticks since boot. */
  readonly startedAt: number;
  readonly commandLine: readonly string[] | undefined;
};

type Watched = { readonly latest: ListedConnection; readonly owner: ProcessRecord | 'unowned' };

const TCP = 6;

type SampledOptions = {
  readonly place: Place;
  /** Others live in the namespace too: what nobody holds may be theirs. */
  readonly isShared: boolean;
  readonly bounds?: Bounds;
};

/** Gives connections that are listed now and then to the processes that held them. */
export class SampledLedger {
  readonly #place: Place;
  readonly #records: ProcessRecords;
  readonly #remotes: RemoteLedger;
  readonly #living = new Map<number, ProcessRecord>();
  readonly #connections = new Map<string, Watched>();
  readonly #unowned = newAccount();
  readonly #isShared: boolean;

  constructor({ place, isShared, bounds = BOUNDS }: SampledOptions) {
    this.#isShared = isShared;
    this.#place = place;
    this.#records = new ProcessRecords(bounds.processes);
    this.#remotes = new RemoteLedger(bounds.remotes);
  }

  /** @param processes all that live now, parents before their children; the first one ever is the command */
  see(processes: readonly SeenProcess[]): void {
    for (const { pid, parent, startedAt, commandLine } of processes) {
      const known = this.#living.get(pid);
      const record =
        known?.startedAt === startedAt
          ? known
          : this.#records.add({ pid, parent: this.#living.get(parent) ?? this.#records.root, startedAt });
      this.#records.root ??= record;
      this.#living.set(pid, record);
      if (!commandLine) continue;
      record.commandLine = commandLine;
      record.name = commandLine[0]?.replace(/^.*\//, '');
    }
  }

  /** @param connections all that there are now: what is not among them any more is over */
  list(connections: readonly ListedConnection[]): void {
    const before = new Map(this.#connections);
    this.#connections.clear();
    for (const latest of connections) {
      const owner = before.get(latest.key)?.owner ?? this.#ownerOf(latest);
      before.delete(latest.key);
      if (owner) this.#connections.set(latest.key, { latest, owner });
    }
    for (const over of before.values()) this.#settle(over);
  }

  close(): LedgerResult & { readonly unowned: Account } {
    for (const watched of this.#connections.values()) this.#settle(watched);
    const result = this.#records.close();
    return { ...result, unowned: this.#unowned, remotes: this.#remotes.close(() => true) };
  }

  /** Undefined: somebody else's. */
  #ownerOf({ pids }: ListedConnection): ProcessRecord | 'unowned' | undefined {
    if (pids.length === 0) return this.#isShared ? undefined : 'unowned';
    return pids.map((pid) => this.#living.get(pid)).find((record) => record !== undefined);
  }

  #settle({ latest, owner }: Watched): void {
    const where = this.#place(latest.local, latest.remote);
    const { payload } = owner === 'unowned' ? this.#unowned : (owner.folded ?? owner);
    for (const way of ['in', 'out'] as const) payload[where][way] += latest[way];
    if (owner === 'unowned') return;
    const { address, port } = latest.remote;
    const account = this.#remotes.accountOf(owner, { side: null, protocol: TCP, address, port });
    account.connections++;
    for (const way of ['in', 'out'] as const) account[way] += latest[way];
  }
}
