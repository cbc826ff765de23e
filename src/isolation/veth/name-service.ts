import { writeFileSync } from 'node:fs';
import type { Boundary } from '../../boundary.js';
import type { DnsAdmitter, DnsObserver } from '../names/dns-exchange.js';
import { withHostName } from '../names/hosts-file.js';
import type { ResolverChoice } from '../names/read-resolver.js';
import { type CoveredFile, withNameservers } from '../names/resolver.js';
import type { Namespace } from '../namespace/namespace.js';
import { hostLocalLink, type LinkPlan } from './links/subnet.js';
import type { NatTable } from './rules/nat-table.js';
import type { ScopeNames } from './scope-names.js';

export type NamesGiven = {
  readonly nat: NatTable;
  readonly resolver: ResolverChoice;
  /** The table of names that is covered. */
  readonly hosts: CoveredFile | undefined;
  readonly boundary: Boundary;
};

/** The namespace, and its links, which are made and lead out. */
export type MadeInside = { readonly namespace: Namespace; readonly plans: readonly LinkPlan[] };

/** The names that a command finds in its namespace. What relays its questions is loaded where one is needed. */
export class NameService implements Disposable {
  readonly #given: NamesGiven;
  #names: ScopeNames | undefined;

  constructor(given: NamesGiven) {
    this.#given = given;
  }

  /** Has the table of names say where this host is. */
  nameHost(made: MadeInside): void {
    const { hosts } = this.#given;
    if (hosts) rewrite(made, { ...hosts, text: withHostName(hosts.text, hostLocalLink(made.plans).host.addresses) });
  }

  /**
   * Lets the namespace ask, at the host's end of its link, a resolver that only the host itself can reach.
   * @param admit has each answer before the command
   */
  async relay(made: MadeInside, admit: DnsAdmitter | undefined): Promise<void> {
    const { relayTo, resolvConf, others = [] } = this.#given.resolver;
    const [server] = relayTo ?? [];
    const link = hostLocalLink(made.plans);
    const [address] = link.host.addresses;
    if (server === undefined || !resolvConf || !address) return;
    await (await this.#open(made, admit)).relayTo(server, link, this.#given.nat);
    // What others answer nobody admits.
    const servers = admit ? [address] : [address, ...others];
    rewrite(made, { ...resolvConf, text: withNameservers(resolvConf.text, servers) });
  }

  /** @returns undefined where no questions are seen */
  async observe(made: MadeInside, observe: DnsObserver, admit: DnsAdmitter | undefined) {
    return (await this.#open(made, admit)).observe(observe, this.#given.nat, made.plans);
  }

  [Symbol.dispose](): void {
    this.#names?.[Symbol.dispose]();
  }

  async #open({ plans }: MadeInside, admit: DnsAdmitter | undefined): Promise<ScopeNames> {
    const { ScopeNames } = await import('./scope-names.js');
    const { resolver, boundary } = this.#given;
    this.#names ??= new ScopeNames(resolver, hostLocalLink(plans).host.addresses, boundary, admit);
    return this.#names;
  }
}

/** Gives a file that is covered another text. */
const rewrite = ({ namespace }: MadeInside, { target, text }: CoveredFile): void =>
  namespace.inside(() => writeFileSync(target, text));
