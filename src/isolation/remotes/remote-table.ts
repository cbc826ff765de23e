import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { OwnTable } from '../../linux/netlink/netfilter/own-table.js';
import type { RemoteSource } from '../scope.js';
import type { RemoteEntry, UncountedRemotes } from './remote-entry.js';
import { type CountedLink, type CountedPlace, remoteRules } from './remote-rules.js';
import { rolesOf } from './remote-sets.js';

const TABLE = { family: 'inet', table: 'netmeter_remotes' } as const;

export type RemotePlace = CountedPlace & { readonly links: readonly CountedLink[]; readonly hasServer: boolean };

/** Counts remotes by a table in the command's own namespace, where the command has no right to change it. */
export class RemoteTable implements RemoteSource, Disposable {
  readonly counts: Promise<boolean>;
  readonly #place: RemotePlace;
  #table: OwnTable | undefined;

  /** @param nftables of the namespace, where they can be had */
  constructor(nftables: Promise<Nftables | undefined>, place: RemotePlace) {
    this.#place = place;
    this.counts = nftables.then((opened) => this.#make(opened)).catch(() => false);
  }

  get isCounting(): boolean {
    return this.#table !== undefined;
  }

  async list(take: (entry: RemoteEntry) => void, takeUncounted: (rest: UncountedRemotes) => void): Promise<boolean> {
    await this.counts;
    if (!this.#table) return false;
    const { readRemotes } = await import('./read-remotes.js');
    const { links, hasServer } = this.#place;
    const families = links.map(({ family }) => family);
    const counted = { table: TABLE, families, roles: rolesOf(hasServer) };
    return readRemotes(this.#table.nftables, counted, take, takeUncounted).then(
      () => true,
      () => false,
    );
  }

  [Symbol.dispose](): void {
    this.#table?.[Symbol.dispose]();
  }

  #make(nftables: Nftables | undefined): boolean {
    if (!nftables) return false;
    this.#table = OwnTable.create(nftables, TABLE, remoteRules({ table: TABLE, ...this.#place }));
    return true;
  }
}
