import { isIpv6 } from '../machine/is-ipv6.js';
import { DNS_PORT, DnsRelay } from './dns-relay.js';
import type { Relayed } from './relayed.js';

/** As many as the C library asks (MAXNS, resolv.conf(5)). */
const MOST_SERVERS = 3;

export type NameRelays = Disposable & {
  /** The chain that leads the command's questions to the relays, which ask the same server for it; none: no rules. */
  readonly chain: string;
  readonly rules: readonly string[];
  readonly relays: readonly DnsRelay[];
};

/** Where a server's relay listens, on this host. */
export type RelayEnd = {
  readonly address: string;
  /** By which alone its questions come in; undefined: there is none of the run's own. */
  readonly device?: string;
  /** Whose they are. */
  readonly isClient: NonNullable<Relayed['isClient']>;
  /** nft's words for the command's packets, before their destination. */
  readonly from: string;
};

const CHAIN = 'nm_names';

type Opening = Omit<Relayed, 'server' | 'isClient'> & {
  readonly table: string;
  /** Where the command's packets pass first: a hook and its priority. */
  readonly hook: string;
  /** The nameservers that the command asks. */
  readonly servers: readonly string[];
  /** Undefined where a server cannot have a relay. */
  readonly endFor: (server: string) => RelayEnd | undefined;
};

/**
 * Puts a relay between the command and each of its nameservers. The command goes on asking the server's own address: its
 * packets, on the counted link, are what they would be without the relay.
 */
export async function openNameRelays({ table, hook, servers, endFor, ...passed }: Opening): Promise<NameRelays> {
  const relays: DnsRelay[] = [];
  const rules: string[] = [];
  for (const server of servers.slice(0, MOST_SERVERS)) {
    const end = endFor(server);
    if (!end) continue;
    const relay = await DnsRelay.open({
      ...passed,
      ...end,
      port: 0,
      server: { address: server, port: DNS_PORT },
    });
    if (!relay) continue;
    relays.push(relay);
    const [family, to] = isIpv6(server) ? ['ip6', `[${end.address}]`] : ['ip', end.address];
    rules.push(
      `add rule ${table} ${CHAIN} ${end.from} ${family} daddr ${server} meta l4proto { tcp, udp } th dport ${DNS_PORT} dnat ${family} to ${to}:${relay.port}`,
    );
  }
  return {
    chain: CHAIN,
    rules: rules.length === 0 ? [] : [`add chain ${table} ${CHAIN} { type nat hook ${hook}; }`, ...rules],
    relays,
    [Symbol.dispose]() {
      for (const relay of relays) relay[Symbol.dispose]();
    },
  };
}
