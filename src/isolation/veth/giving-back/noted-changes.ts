import type { HostChanges } from '../../notes/host-changes.js';
import { RunNote } from '../../notes/run-note.js';
import { giveBack } from './give-back.js';

type Network = Parameters<typeof giveBack>[1]['namespace'];

/** What a run changes on the host: noted before it is changed, so that others can give it back where the run cannot. */
export class NotedChanges implements Disposable {
  readonly #note: RunNote;
  #changes: HostChanges;

  /** @throws {LinuxError} the note cannot be made */
  constructor(run: string, cgroup: string | undefined) {
    this.#note = RunNote.open(run);
    this.#changes = { link: '', links: [], keys: [], chains: [], tables: [], note: this.#note.file, run, cgroup };
  }

  /** A descriptor of the note, for the guardian. */
  get fd(): number {
    return this.#note.fd;
  }

  /** Others find them. False: the guardian alone. */
  get areNoted(): boolean {
    return this.#note.file !== undefined;
  }

  add(more: Partial<HostChanges>): void {
    this.#changes = { ...this.#changes, ...more };
    this.write();
  }

  addChain(chain: HostChanges['chains'][number]): void {
    this.add({ chains: [...this.#changes.chains, chain] });
  }

  /** As they are. */
  write(): void {
    this.#note.write(this.#changes);
  }

  /** @param namespace the run's own @param deleteTable of the run's own tables @returns what could not be given back, which stays noted for the next run */
  giveBack(namespace: Network, deleteTable: () => void): readonly string[] {
    const failures = giveBack(this.#changes, { namespace, deletesLinks: false, deleteTable });
    if (failures.length === 0) this.#note.forget();
    return failures;
  }

  [Symbol.dispose](): void {
    this.#note[Symbol.dispose]();
  }
}
