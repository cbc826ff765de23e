import type { Boundary } from '../../boundary.js';
import { ObservedNames } from '../../evidence/names/observed-names.js';
import type { SeenQuestions } from '../../isolation/names/dns-exchange.js';
import type { Scope } from '../../isolation/scope.js';
import type { Place } from '../../linux/bpf/program-slot.js';
import type { DnsUse } from '../../measurement/remotes.js';
import type { CopyChoice } from '../../observe/names/name-copies.js';
import type { CopiedNames } from './copied-names.js';

/** The control group whose sockets' messages may be copied; with `sockets`, of those alone that have an entry there. */
type NamingGroup = {
  readonly cgroup: { readonly fd: number };
  readonly ready: () => Promise<boolean>;
  readonly sockets?: CopyChoice['sockets'];
  /** What runs programs for the group, if anything does. */
  readonly slots?: Promise<Place | undefined>;
};

type NamingScope = Pick<Scope, 'relaysNames' | 'observeNames' | 'offersPorts'> & {
  readonly isolation: Pick<Scope['isolation'], 'kind'>;
};

/** Where the command's loopback is nobody else's: no nameserver is there but what the command itself has started. */
const OF_ITS_OWN: readonly string[] = ['veth', 'user-mode'];

/**
 * Looks on at the command's look-ups: by copies of the messages that the tree's sockets send and receive; by a relay where
 * the scope has one in any case, and where nothing can be copied.
 */
export class NameWatch implements Disposable {
  readonly #names = new ObservedNames();
  readonly #boundary: Boundary;
  #copied: CopiedNames | undefined;
  #relayed: SeenQuestions | undefined;
  #sees = Promise.resolve(false);

  constructor(boundary: Boundary) {
    this.#boundary = boundary;
  }

  /** The command's first look-up shall not be missed. @param group the tree's, where it may get one */
  start(scope: NamingScope, group: NamingGroup | undefined): void {
    const relay = async () => {
      this.#relayed = await scope.observeNames?.(this.#names.ask);
      return this.#relayed !== undefined;
    };
    const copy = () => this.#copy(scope, group);
    const [first, second] = scope.relaysNames ? [relay, copy] : [copy, relay];
    // Offline there is nobody to ask, but by a port of the host's: that no question gets anywhere is known without a look.
    const isOffline = scope.isolation.kind === 'offline';
    const observe = async () => (isOffline ? !scope.offersPorts : (await first()) || second());
    this.#sees = this.#boundary.attempt('names', observe, false);
  }

  /** Whether look-ups are seen from now on. */
  sees(): Promise<boolean> {
    return this.#sees;
  }

  /** Whether netmeter has each answer before the command does: copies come when it may have been used already. */
  async isFirst(): Promise<boolean> {
    return (await this.#sees) && this.#copied === undefined;
  }

  /** Names that were asked and resolved to an address. */
  readonly namesOf = (address: string): readonly string[] => this.#names.namesOf(address);

  /** Who was seen to be asked, by address. */
  get servers(): ReadonlySet<string> {
    return this.#names.servers;
  }

  /** When nothing of the command's is left. @returns undefined where no look-ups are seen */
  async finish(): Promise<DnsUse | undefined> {
    if (!(await this.#sees)) return undefined;
    const isWhole = await this.#boundary.attempt('names', async () => this.#settle(), false);
    const use = await this.#boundary.attempt('names', () => this.#names.summary(), undefined);
    return use && (isWhole ? use : { ...use, queries: null });
  }

  [Symbol.dispose](): void {
    this.#copied?.[Symbol.dispose]();
  }

  /** @returns whether each message was seen */
  async #settle(): Promise<boolean> {
    return this.#copied ? await this.#copied.settle() : (this.#relayed?.isWhole() ?? true);
  }

  async #copy(scope: NamingScope, group: NamingGroup | undefined): Promise<boolean> {
    if (!group || !(await group.ready())) return false;
    const { CopiedNames } = await import('./copied-names.js');
    const place = (await group.slots) ?? group.cgroup.fd;
    const choice = { withLoopback: !OF_ITS_OWN.includes(scope.isolation.kind), sockets: group.sockets };
    this.#copied = CopiedNames.attach(place, choice, { observe: this.#names.ask, boundary: this.#boundary });
    return this.#copied !== undefined;
  }
}
