import { NetmeterError } from '../../errors.js';
import type { PublishedPort } from '../ports/ports.js';
import type { RemoteEntry, UncountedRemotes } from '../remotes/remote-listing.js';
import { AT_HOST_ENDS, LAST_CHAIN, remoteRules } from '../remotes/remote-rules.js';
import type { RemoteSource } from '../scope.js';
import type { LineChannel } from '../tools/line-channel.js';
import { hasChain } from '../tools/nft-answers.js';
import type { Links } from './make-links.js';
import { countedLinks, natRules, tableName } from './nat-rules.js';

/** Answered at once and without the kernel, which tells that what was said before is done. */
const MARKER = 'describe mark';

/**
 * A run's own nftables table, owned by a living `nft -i` (`flags owner`): nobody else can change it, and the kernel
 * removes it when that process ends, however it ends.
 */
export class NatTable implements RemoteSource {
  readonly #nft: LineChannel;
  readonly #published: readonly PublishedPort[];
  #table = '';
  #last: Promise<unknown> = Promise.resolve();
  #counts: Promise<boolean> = Promise.resolve(false);
  #isCounting = false;

  constructor(nft: LineChannel, published: readonly PublishedPort[]) {
    this.#nft = nft;
    this.#published = published;
    // Answered while the rest is being made: which chains of others our packets will have to pass.
    nft.send('list chains');
  }

  /** Settles when it is certain whether each remote is counted. */
  get counts(): Promise<boolean> {
    return this.#last.then(() => this.#counts);
  }

  get isCounting(): boolean {
    return this.#isCounting;
  }

  /** Family and name. */
  get table(): string {
    return this.#table;
  }

  /** Adds a chain and its rules. @returns whether they could be added */
  addChain(chain: string, commands: readonly string[]): Promise<boolean> {
    const added = this.#last.then(() => {
      this.#nft.send(commands.join('; '), `list chain ${this.#table} ${chain}`);
      return hasChain(this.#nft, chain);
    });
    this.#last = added;
    return added;
  }

  /** Gives commands that print nothing, and waits until they are done. @returns whether they could be */
  apply(commands: readonly string[]): Promise<boolean> {
    const applied = this.#last.then(async () => {
      this.#nft.send(commands.join('; '), MARKER);
      for (let ok = true; ; ) {
        const line = await this.#nft.nextLine();
        if (line === undefined || line.includes('datatype mark')) return ok && line !== undefined;
        ok &&= !line.startsWith('Error:');
      }
    });
    this.#last = applied;
    return applied;
  }

  /** For commands that print nothing. */
  order(...commands: readonly string[]): void {
    this.#nft.send(...commands);
  }

  /** Hands over what was counted of each remote. @returns false when it could not be listed to its end */
  async list(take: (entry: RemoteEntry) => void, takeUncounted: (rest: UncountedRemotes) => void): Promise<boolean> {
    if (!(await this.counts)) return false;
    const { RemoteListing } = await import('../remotes/remote-listing.js');
    const listing = new RemoteListing(take, takeUncounted);
    this.#nft.send(`list table ${this.#table}`);
    for (let open = false; ; ) {
      const line = await this.#nft.nextLine();
      if (line === undefined || (!open && line.startsWith('Error:'))) return false;
      open ||= line.startsWith(`table ${this.#table} {`);
      if (open && line === '}') return true;
      listing.line(line);
    }
  }

  /**
   * Adds the table in one transaction; the interfaces that it names need not exist yet. What counts the remotes comes in
   * a second one: an nft or kernel that cannot do it leaves the command its network.
   * @param switchedOn devices that forward only because netmeter switched it on
   * @returns what `nft list chains` printed before, for the check of other tables' forward chains
   * @throws {NetmeterError} SETUP_FAILED
   */
  add(links: Links, switchedOn: readonly string[]): Promise<string> {
    // One at a time, or the answers could not be told apart.
    const added = this.#last.then(() => this.#add(links, switchedOn));
    this.#last = added.then(() => this.#counts).catch(() => {});
    return added;
  }

  async #add(links: Links, switchedOn: readonly string[]): Promise<string> {
    const table = `inet ${tableName(links)}`;
    this.#table = table;
    this.#nft.send(
      natRules(links, switchedOn, this.#published),
      `list chain ${table} nm_forward`,
      remoteRules({ table, links: countedLinks(links), hasServer: this.#published.length > 0, ...AT_HOST_ENDS }).join(
        '; ',
      ),
      `list chain ${table} ${LAST_CHAIN}`,
    );
    const others: string[] = [];
    for (;;) {
      const line = await this.#nft.nextLine();
      if (line === undefined || line.startsWith('Error:')) {
        throw new NetmeterError('SETUP_FAILED', `the address translation could not be added: ${line ?? 'nft ended'}`);
      }
      // nft 1.0.7 and later name the owner behind the brace.
      if (line.startsWith(`table ${table} {`)) break;
      others.push(line);
    }
    this.#counts = hasChain(this.#nft, LAST_CHAIN).then((has) => {
      this.#isCounting = has;
      return has;
    });
    return others.join('\n');
  }

  /** Takes the table away again, when its number turned out to be another run's. */
  remove(links: Links): void {
    this.#nft.send(`delete table inet ${tableName(links)}`);
  }
}
