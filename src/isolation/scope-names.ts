import type { DnsAdmitter, DnsExchange, DnsObserver } from './dns-exchange.js';
import { DNS_PORT, DnsRelay } from './dns-relay.js';
import { openNameRelays } from './name-relays.js';
import type { NatTable } from './nat-table.js';
import { readLocalAddresses } from './read-local-addresses.js';
import type { ResolverChoice } from './read-resolver.js';
import type { LinkPlan } from './subnet.js';

/** How the command's questions get to its nameservers: to those that only this host can reach by a relay, to all where one looks on. */
export class ScopeNames implements Disposable {
  readonly #choice: ResolverChoice;
  readonly #relays: Disposable[] = [];
  /** Has each answer before the command; undefined: nobody wants to. */
  readonly #admit: DnsAdmitter | undefined;
  #observe: DnsObserver | undefined;

  constructor(choice: ResolverChoice, admit?: DnsAdmitter) {
    this.#choice = choice;
    this.#admit = admit;
  }

  /** Lets the namespace ask, at the host's end of its link, a resolver that only the host itself can reach. */
  async relayTo(server: string, address: string): Promise<void> {
    const relay = await DnsRelay.open({
      address,
      port: DNS_PORT,
      server: { address: server, port: DNS_PORT },
      observe: (exchange: DnsExchange) => this.#observe?.(exchange),
      admit: this.#admit,
    });
    if (relay) this.#relays.push(relay);
  }

  /** @returns whether questions are seen from now on */
  async observe(observe: DnsObserver, nat: NatTable, plans: readonly LinkPlan[]): Promise<boolean> {
    this.#observe = observe;
    const { servers = [], relayTo } = this.#choice;
    if (relayTo) return this.#relays.length > 0;
    const local = readLocalAddresses();
    const relays = await openNameRelays({ table: nat.table, plans, servers, local, observe, admit: this.#admit });
    this.#relays.push(relays);
    return relays.rules.length > 0 && nat.addChain(relays.chain, relays.rules);
  }

  [Symbol.dispose](): void {
    for (const relay of this.#relays) relay[Symbol.dispose]();
  }
}
