import { networkInterfaces } from 'node:os';
import { getuid } from 'node:process';
import type { Boundary } from '../../boundary.js';
import { DNS_PORT } from '../../linux/ip/service-ports.js';
import { deviceName, oifname } from '../../linux/netlink/netfilter/field.js';
import { is } from '../../linux/netlink/netfilter/matches.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { OwnTable } from '../../linux/netlink/netfilter/own-table.js';
import { isIpv6 } from '../machine/is-ipv6.js';
import { readLocalAddresses } from '../machine/read-local-addresses.js';
import { carriesIpv6, type Uplink } from '../machine/read-uplink.js';
import { askResolver } from '../names/ask-resolver.js';
import type { DnsObserver, SeenQuestions } from '../names/dns-exchange.js';
import type { DnsRelay } from '../names/dns-relay.js';
import { answerForHost, HOST_QUESTION } from '../names/host-name-answer.js';
import { readHostsFile, withHostName } from '../names/hosts-file.js';
import { openNameRelays } from '../names/name-relays.js';
import { chooseResolver, type ResolverChoice } from '../names/read-resolver.js';
import type { DnsClient } from '../names/relayed.js';
import { type CoveredFile, withNameservers } from '../names/resolver.js';
import type { Administer } from '../tools/programs/administer.js';
import { INNER_RESOLVER, openInnerRelay } from './inner-relay.js';
import { isOwnPeer } from './own-peer.js';
import { TAP_DEVICE } from './tap-plan.js';

const TABLE = { family: 'inet', table: 'netmeter_names' } as const;

/**
 * The names that a command behind a tap finds, and sees looked up. Its questions leave by the tap unchanged, where they are
 * counted; but their destination is translated, inside, to a relay at this host's own address, which the transport reaches.
 */
export class UserModeNames implements Disposable {
  /** The files that the namespace shows with another text. */
  readonly resolvConf: CoveredFile | undefined;
  readonly hosts: CoveredFile | undefined;
  readonly #choice: ResolverChoice;
  readonly #addresses: { readonly ipv4: string | undefined; readonly ipv6: string | undefined };
  readonly #relays: Disposable[] = [];
  readonly #boundary: Boundary;
  #observe: DnsObserver | undefined;

  constructor(uplink: Uplink, boundary: Boundary) {
    this.#boundary = boundary;
    const hasIpv6 = carriesIpv6(uplink);
    this.#addresses = {
      ipv4: addressOf(uplink.ipv4, 'IPv4'),
      ipv6: hasIpv6 ? addressOf(uplink.ipv6, 'IPv6') : undefined,
    };
    this.#choice = chooseResolver({ ipv6: hasIpv6 });
    this.resolvConf = shownFile(this.#choice);
    const hosts = readHostsFile();
    // An ordinary user's command cannot mount anything that the host would miss.
    this.hosts =
      hosts && this.hostAddress !== undefined
        ? { ...hosts, text: withHostName(hosts.text, [this.hostAddress]) }
        : undefined;
  }

  /** By which the command reaches this host. */
  get hostAddress(): string | undefined {
    return this.#addresses.ipv4 ?? this.#addresses.ipv6;
  }

  /** Before the command starts: a resolver that only the host itself can reach is asked by a relay inside. */
  async start(administer: Administer): Promise<void> {
    const [server] = this.#choice.relayTo ?? [];
    if (server === undefined) return;
    this.#relays.push(
      await openInnerRelay(administer, { server: { address: server, port: DNS_PORT }, ...this.#watched }),
    );
  }

  /** @param nftables of the namespace; none: they cannot be had @returns undefined where no questions are seen */
  async observe(observe: DnsObserver, nftables: Nftables | undefined): Promise<SeenQuestions | undefined> {
    if (this.#choice.relayTo) {
      this.#observe = observe;
      return this.#relays.length > 0 ? { isWhole: () => true } : undefined;
    }
    if (!nftables) return undefined;
    // Anybody can reach that address; the transport's questions come from this host, and from this user.
    const own = { uid: getuid?.() ?? 0, addresses: readLocalAddresses() };
    const isClient = (client: DnsClient, protocol: 'udp' | 'tcp') => isOwnPeer(client, protocol, own);
    const named = await openNameRelays({
      table: TABLE,
      hook: { hook: 'output', priority: -100 },
      servers: this.#choice.servers ?? [],
      endFor: (server) => {
        const address = isIpv6(server) ? this.#addresses.ipv6 : this.#addresses.ipv4;
        return address === undefined ? undefined : { address, isClient, from: is(oifname, deviceName(TAP_DEVICE)) };
      },
      ...this.#watched,
    });
    if (named.relays.length === 0 || !(await areAnswered(named.relays))) {
      named[Symbol.dispose]();
      return undefined;
    }
    this.#relays.push(named);
    this.#observe = observe;
    this.#relays.push(OwnTable.create(nftables, TABLE, named.rules));
    return { isWhole: () => named.relays.every((relay) => relay.isWhole) };
  }

  [Symbol.dispose](): void {
    for (const relay of this.#relays) relay[Symbol.dispose]();
  }

  get #watched() {
    return {
      boundary: this.#boundary,
      observe: (server: string) => this.#observe?.(server) ?? (() => {}),
      answer: (question: Buffer) => answerForHost(question, this.hostAddress === undefined ? [] : [this.hostAddress]),
    };
  }
}

/** On this machine, where nothing takes long that is not refused. */
const ANSWERED_WITHIN_MS = 1000;

/** A firewall of the host may keep even its own questions from such a port; then the command had better ask unchanged. */
async function areAnswered(relays: readonly DnsRelay[]): Promise<boolean> {
  const answers = await Promise.all(relays.map((relay) => askResolver(HOST_QUESTION, relay, ANSWERED_WITHIN_MS)));
  return answers.every((answer) => answer instanceof Buffer);
}

/** What the namespace shows as resolv.conf; where only the host's own resolver knows, our relay to it. */
function shownFile({ resolvConf, relayTo, others = [] }: ResolverChoice): CoveredFile | undefined {
  if (!resolvConf || !relayTo) return resolvConf;
  return { ...resolvConf, text: withNameservers(resolvConf.text, [INNER_RESOLVER, ...others]) };
}

/** An address of the host by which it is reached from inside: its uplink's, else any other of its own. */
function addressOf(device: string | undefined, family: 'IPv4' | 'IPv6'): string | undefined {
  const own = networkInterfaces()[device ?? ''] ?? [];
  const first = own.find((each) => each.family === family && !each.address.startsWith('fe80:'));
  return first?.address ?? readLocalAddresses().find((address) => isIpv6(address) === (family === 'IPv6'));
}
