import type { RemoteSource } from '../scope.js';
import { runInside } from '../tools/run-inside.js';
import { type RemoteEntry, RemoteListing, type UncountedRemotes } from './remote-listing.js';
import { type CountedLink, INSIDE, remoteRules } from './remote-rules.js';

const TABLE = 'inet netmeter_remotes';

/** Counts remotes by a table in the command's own namespace, where the command has no right to change it. */
export class RemoteTable implements RemoteSource {
  readonly counts: Promise<boolean>;
  readonly #nft: readonly string[];
  #isCounting = false;

  /** @param nft argv of nft in the namespace */
  constructor(nft: readonly string[], links: readonly CountedLink[], hasServer: boolean) {
    this.#nft = nft;
    const rules = [`add table ${TABLE}`, ...remoteRules({ table: TABLE, links, hasServer, ...INSIDE })];
    this.counts = runInside([...nft, '-f', '-'], `${rules.join('\n')}\n`).then((works) => {
      this.#isCounting = works;
      return works;
    });
  }

  get isCounting(): boolean {
    return this.#isCounting;
  }

  async list(take: (entry: RemoteEntry) => void, takeUncounted: (rest: UncountedRemotes) => void): Promise<boolean> {
    if (!(await this.counts)) return false;
    const listing = new RemoteListing(take, takeUncounted);
    return runInside([...this.#nft, 'list', 'table', ...TABLE.split(' ')], '', (line) => listing.line(line));
  }
}
