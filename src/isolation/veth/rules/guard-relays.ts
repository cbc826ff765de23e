import { addressBytes } from '../../../linux/ip/ip-address.js';
import { drop } from '../../../linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../../linux/netlink/netfilter/command.js';
import { ip, ip6, thDport } from '../../../linux/netlink/netfilter/field.js';
import { is, isNotAmong } from '../../../linux/netlink/netfilter/matches.js';
import { hasPorts } from '../../../linux/netlink/netfilter/packets.js';
import { TableCommands } from '../../../linux/netlink/netfilter/table-commands.js';
import { be16 } from '../../../linux/netlink/values.js';
import { isIpv6 } from '../../machine/is-ipv6.js';

type Relay = { readonly address: string; readonly port: number };

const CHAIN = 'nm_relays';

/**
 * Lets nobody but the command fill the queues of relays, whom they would not answer: this machine's own programs reach any
 * address of it by loopback, and what has no room in a queue is lost to the command.
 * @param clients the addresses that the command has, of both families
 */
export function guardRelays(name: TableName, relays: readonly Relay[], clients: readonly string[]): Command[] {
  const table = new TableCommands(name);
  const rules = relays.map(({ address, port }) => {
    const header = isIpv6(address) ? ip6 : ip;
    const own = clients.filter((client) => isIpv6(client) === isIpv6(address)).map(addressBytes);
    const isTheirs = [is(header.daddr, addressBytes(address)), hasPorts, is(thDport, be16(port))];
    return table.rule(CHAIN, ...isTheirs, isNotAmong(header.saddr, own), drop);
  });
  return rules.length === 0 ? [] : [table.chain(CHAIN, { type: 'filter', hook: 'input', priority: 0 }), ...rules];
}
