import { addressBytes } from '../../linux/ip/ip-address.js';
import { DNS_PORT } from '../../linux/ip/service-ports.js';
import { destineTo } from '../../linux/netlink/netfilter/actions.js';
import type { BaseChain, Command, TableName } from '../../linux/netlink/netfilter/command.js';
import { ip, ip6, thDport } from '../../linux/netlink/netfilter/field.js';
import { is } from '../../linux/netlink/netfilter/matches.js';
import { hasPorts } from '../../linux/netlink/netfilter/packets.js';
import type { Statement } from '../../linux/netlink/netfilter/statement.js';
import { TableCommands } from '../../linux/netlink/netfilter/table-commands.js';
import { be16 } from '../../linux/netlink/values.js';
import { isIpv6 } from '../machine/is-ipv6.js';
import { DnsRelay } from './dns-relay.js';
import type { Relayed } from './relayed.js';

/** As many as the C library asks (MAXNS, resolv.conf(5)). */
const MOST_SERVERS = 3;

export type NameRelays = Disposable & {
  /** The chain that leads the command's questions to the relays, which ask the same server for it; none: no relays. */
  readonly rules: readonly Command[];
  readonly relays: readonly DnsRelay[];
};

/** Where a server's relay listens, on this host. */
export type RelayEnd = {
  readonly address: string;
  /** By which alone its questions come in; undefined: there is none of the run's own. */
  readonly device?: string;
  /** Whose they are. */
  readonly isClient: NonNullable<Relayed['isClient']>;
  /** What matches the command's packets, before their destination. */
  readonly from: Statement;
};

const CHAIN = 'nm_names';

type Opening = Omit<Relayed, 'server' | 'isClient'> & {
  readonly table: TableName;
  /** Where the command's packets pass first. */
  readonly hook: Pick<BaseChain, 'hook' | 'priority'>;
  /** The nameservers that the command asks. */
  readonly servers: readonly string[];
  /** Undefined where a server cannot have a relay. */
  readonly endFor: (server: string) => RelayEnd | undefined;
};

/**
 * Puts a relay between the command and each of its nameservers. The command goes on asking the server's own address: its
 * packets, on the counted link, are what they would be without the relay.
 */
export async function openNameRelays({ table: name, hook, servers, endFor, ...passed }: Opening): Promise<NameRelays> {
  const table = new TableCommands(name);
  const relays: DnsRelay[] = [];
  const rules: Command[] = [];
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
    rules.push(table.rule(CHAIN, ...questionsTo(server, end.from), destineTo(end.address, relay.port)));
  }
  return {
    rules: rules.length === 0 ? [] : [table.chain(CHAIN, { type: 'nat', ...hook }), ...rules],
    relays,
    [Symbol.dispose]() {
      for (const relay of relays) relay[Symbol.dispose]();
    },
  };
}

/** The command's look-ups at a server. */
export const questionsTo = (server: string, from: Statement): Statement[] => [
  from,
  is((isIpv6(server) ? ip6 : ip).daddr, addressBytes(server)),
  hasPorts,
  is(thDport, be16(DNS_PORT)),
];
