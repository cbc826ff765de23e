import type { Boundary } from '../../boundary.js';
import { DNS_PORT } from '../../linux/ip/service-ports.js';
import { LinuxError } from '../../linux/linux-error.js';
import { destineTo } from '../../linux/netlink/netfilter/actions.js';
import type { Command } from '../../linux/netlink/netfilter/command.js';
import { deviceName, iifname } from '../../linux/netlink/netfilter/field.js';
import { is } from '../../linux/netlink/netfilter/matches.js';
import { TableCommands } from '../../linux/netlink/netfilter/table-commands.js';
import { canonicalAddress } from '../machine/canonical-address.js';
import { isIpv6 } from '../machine/is-ipv6.js';
import { readLocalAddresses } from '../machine/read-local-addresses.js';
import type { DnsAdmitter, DnsObserver, SeenQuestions } from '../names/dns-exchange.js';
import { DnsRelay, type RelayOptions } from '../names/dns-relay.js';
import { answerForHost } from '../names/host-name-answer.js';
import { openNameRelays, questionsTo, type RelayEnd } from '../names/name-relays.js';
import type { ResolverChoice } from '../names/read-resolver.js';
import type { DnsClient } from '../names/relayed.js';
import type { LinkPlan } from './links/subnet.js';
import { guardRelays } from './rules/guard-relays.js';
import type { NatTable } from './rules/nat-table.js';

/** How the command's questions get to its nameservers: to those that only this host can reach by a relay, to all where one looks on. */
export class ScopeNames implements Disposable {
  readonly #choice: ResolverChoice;
  readonly #answer: (question: Buffer) => Buffer | undefined;
  readonly #relays: Disposable[] = [];
  readonly #asked: DnsRelay[] = [];
  /** Has each answer before the command; undefined: nobody wants to. */
  readonly #admit: DnsAdmitter | undefined;
  readonly #boundary: Boundary;
  #observe: DnsObserver | undefined;

  /** @param hostAddresses this machine's, as the command reaches it */
  constructor(choice: ResolverChoice, hostAddresses: readonly string[], boundary: Boundary, admit?: DnsAdmitter) {
    this.#boundary = boundary;
    this.#choice = choice;
    this.#answer = (question) => answerForHost(question, hostAddresses);
    this.#admit = admit;
  }

  /** Lets the namespace ask, at the host's end of its link, a resolver that only the host itself can reach. */
  async relayTo(server: string, plan: LinkPlan, nat: NatTable): Promise<void> {
    const {
      device,
      addresses: [address],
    } = plan.host;
    if (address === undefined) return;
    const options = {
      address,
      device,
      isClient: comesFrom(plan),
      server: { address: server, port: DNS_PORT },
      boundary: this.#boundary,
      observe: (server: string) => this.#observe?.(server) ?? (() => {}),
      answer: this.#answer,
      admit: this.#admit,
    };
    const relay = await DnsRelay.open({ ...options, port: DNS_PORT });
    if (relay) this.#keep(relay);
    else if (this.#admit) await this.#relayAround(options, device, nat);
    canCommit(nat, guardRelays(nat.name, this.#asked, plan.inner.addresses));
  }

  /** Where the resolver listens there itself: who must see every answer comes before it. */
  async #relayAround(options: Omit<RelayOptions, 'port'>, device: string, nat: NatTable): Promise<void> {
    const relay = await DnsRelay.open({ ...options, port: 0 });
    if (!relay) return;
    const { address } = options;
    const table = new TableCommands(nat.name);
    const isLed = canCommit(nat, [
      table.chain(LOCAL_NAMES, { type: 'nat', ...BEFORE_TRANSLATION }),
      table.rule(LOCAL_NAMES, ...questionsTo(address, is(iifname, deviceName(device))), destineTo(address, relay.port)),
    ]);
    if (isLed) this.#keep(relay);
    else relay[Symbol.dispose]();
  }

  /** @returns undefined where no questions are seen */
  async observe(observe: DnsObserver, nat: NatTable, plans: readonly LinkPlan[]): Promise<SeenQuestions | undefined> {
    this.#observe = observe;
    const { servers = [], relayTo } = this.#choice;
    const seen = { isWhole: () => this.#asked.every((relay) => relay.isWhole) };
    if (relayTo) return this.#relays.length > 0 ? seen : undefined;
    const local = readLocalAddresses();
    const relays = await openNameRelays({
      table: nat.name,
      hook: BEFORE_TRANSLATION,
      servers,
      endFor: (server) => hostEnd(plans, server, local),
      observe,
      boundary: this.#boundary,
      answer: this.#answer,
      admit: this.#admit,
    });
    this.#relays.push(relays);
    this.#asked.push(...relays.relays);
    if (relays.rules.length === 0 || !canCommit(nat, relays.rules)) return undefined;
    const own = plans.flatMap(({ inner }) => inner.addresses);
    canCommit(nat, guardRelays(nat.name, relays.relays, own));
    return seen;
  }

  #keep(relay: DnsRelay): void {
    this.#relays.push(relay);
    this.#asked.push(relay);
  }

  [Symbol.dispose](): void {
    for (const relay of this.#relays) relay[Symbol.dispose]();
  }
}

const LOCAL_NAMES = 'nm_local_names';
/** Before published ports and the like (NF_IP_PRI_NAT_DST, -100). */
const BEFORE_TRANSLATION = { hook: 'prerouting', priority: -101 } as const;

function canCommit(nat: NatTable, commands: readonly Command[]): boolean {
  try {
    nat.commit(commands);
    return true;
  } catch (error) {
    if (error instanceof LinuxError) return false;
    throw error;
  }
}

/** The host's end of the link by which the command reaches a server, with its address of the same family. */
function hostEnd(plans: readonly LinkPlan[], server: string, local: readonly string[]): RelayEnd | undefined {
  const purpose = local.includes(canonicalAddress(server)) ? 'host-local' : isIpv6(server) ? 'ipv6' : 'ipv4';
  const plan = plans.find((each) => each.purpose === purpose);
  const address = plan?.host.addresses.find((each) => isIpv6(each) === isIpv6(server));
  if (!plan || !address) return undefined;
  const { device } = plan.host;
  return { address, device, isClient: comesFrom(plan), from: is(iifname, deviceName(device)) };
}

/**
 * The device alone does not say: the kernel takes what this machine's own programs send to an address of it for what came
 * in by that address' device (ip_route_output_key_hash_rcu(), net/ipv4/route.c).
 */
const comesFrom =
  ({ inner }: LinkPlan) =>
  ({ address }: DnsClient) =>
    inner.addresses.includes(address);
