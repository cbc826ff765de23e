import { addressBytes } from '../../../linux/ip-address.js';
import { drop } from '../../../linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../../linux/netlink/netfilter/command.js';
import { deviceName, ip, ip6, oifname } from '../../../linux/netlink/netfilter/field.js';
import { is, isNotAmong } from '../../../linux/netlink/netfilter/matches.js';
import { TableCommands } from '../../../linux/netlink/netfilter/table-commands.js';
import { isIpv6 } from '../../machine/is-ipv6.js';
import type { LinkPlan } from '../links/subnet.js';

const CHAIN = 'nm_leaving';
/** Behind all that translates sources (NF_IP_PRI_NAT_SRC, 100). */
const PRIORITY = 300;

/**
 * No packet leaves this machine with an address of the namespace's inside. What belongs to no connection that the kernel knows
 * (a reset that comes late, an answer to no question) is not translated, and nobody could answer it.
 */
export function leavingRules(table: TableName, plans: readonly LinkPlan[]): Command[] {
  const commands = new TableCommands(table);
  const elsewhere = isNotAmong(
    oifname,
    plans.map(({ host }) => deviceName(host.device)),
  );
  return [
    commands.chain(CHAIN, { type: 'filter', hook: 'postrouting', priority: PRIORITY }),
    ...plans
      .flatMap(({ inner }) => inner.addresses)
      .map((each) => commands.rule(CHAIN, is((isIpv6(each) ? ip6 : ip).saddr, addressBytes(each)), elsewhere, drop)),
  ];
}
