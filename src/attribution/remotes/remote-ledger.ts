import type { ProcessRecord, RemoteAccount, RemoteName } from '../processes/process-record.js';

/** A process with one remote. */
export type LedgerEntry = RemoteName & { readonly record: ProcessRecord; readonly account: RemoteAccount };

const FIELDS = ['in', 'out', 'connections'] as const;

const newAccount = (): RemoteAccount => ({ in: 0, out: 0, connections: 0 });

/** Whom the processes spoke with, bounded: the smallest are put together when there are too many. */
export class RemoteLedger {
  readonly #entries = new Map<string, LedgerEntry>();
  readonly #rest = newAccount();
  readonly #most: number;
  #folded = 0;

  /** @param most entries that are kept; twice as many may be for a while */
  constructor(most: number) {
    this.#most = most;
  }

  accountOf(record: ProcessRecord, name: RemoteName): RemoteAccount {
    const key = `${record.id} ${name.side} ${name.protocol} ${name.port} ${name.address}`;
    const found = this.#entries.get(key);
    if (found) return found.account;
    if (this.#entries.size >= 2 * this.#most) this.#foldSmallest();
    const account = newAccount();
    this.#entries.set(key, { ...name, record, account });
    return account;
  }

  /** What belongs to no process that has a record. @param remotes how many there are */
  addRest(counted: Readonly<RemoteAccount>, remotes: number): void {
    for (const field of FIELDS) this.#rest[field] += counted[field];
    this.#folded += remotes;
  }

  /** The biggest of those that `belongs` accepts, and what the others add up to. */
  close(belongs: (record: ProcessRecord) => boolean): { entries: LedgerEntry[]; rest: RemoteAccount; folded: number } {
    for (const [key, { record }] of this.#entries) if (!belongs(record)) this.#entries.delete(key);
    this.#foldSmallest();
    const entries = [...this.#entries.values()].sort((a, b) => sizeOf(b) - sizeOf(a));
    return { entries, rest: this.#rest, folded: this.#folded };
  }

  #foldSmallest(): void {
    const bySize = [...this.#entries].sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));
    for (const [key, { account }] of bySize.slice(this.#most)) {
      this.addRest(account, 1);
      this.#entries.delete(key);
    }
  }
}

const sizeOf = ({ account }: LedgerEntry) => account.in + account.out;
