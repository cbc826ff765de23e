import { addressBytes } from '../../../linux/ip/ip-address.js';
import { drop, passTo } from '../../../linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../../linux/netlink/netfilter/command.js';
import { deviceName, iifname, ip, ip6, nfproto } from '../../../linux/netlink/netfilter/field.js';
import { is, isNotAmong } from '../../../linux/netlink/netfilter/matches.js';
import { ADDRESS_FAMILIES } from '../../../linux/netlink/netfilter/numbers.js';
import { TableCommands } from '../../../linux/netlink/netfilter/table-commands.js';
import { isIpv6 } from '../../machine/is-ipv6.js';
import type { LinkPlan } from '../links/subnet.js';
import { STRAYS } from './leaving-rules.js';

const CHAIN = 'nm_sources';
/** Before connections are known (NF_IP_PRI_CONNTRACK, -200): what is forged shall be of none of them. */
const PRIORITY = -300;

const FAMILIES = [
  { family: ADDRESS_FAMILIES.ip, saddr: ip.saddr, isOf: (address: string) => !isIpv6(address) },
  { family: ADDRESS_FAMILIES.ip6, saddr: ip6.saddr, isOf: isIpv6 },
] as const;

/**
 * What the command sends comes from its own end of a link. A command that is root could pretend to be a nameserver that has
 * answered this machine, and have a name lead where `--allow` does not let it go, or speak in a connection of somebody else's
 * that this machine translates. What comes by a wrong source address could not be answered, and is dropped, as the strays are.
 */
export function ownSourceRules(name: TableName, plans: readonly LinkPlan[]): Command[] {
  const table = new TableCommands(name);
  const forged = plans.flatMap(({ purpose, host, inner }) =>
    FAMILIES.map(({ family, saddr, isOf }) => {
      const own = inner.addresses.filter(isOf).map(addressBytes);
      return [
        is(iifname, deviceName(host.device)),
        own.length > 0 ? isNotAmong(saddr, own) : is(nfproto, Buffer.of(family)),
        // What goes to this host is in no external number.
        ...(purpose === 'host-local' ? [] : [passTo('counter', STRAYS)]),
      ];
    }),
  );
  return [
    table.chain(CHAIN, { type: 'filter', hook: 'prerouting', priority: PRIORITY }),
    ...forged.map((each) => table.rule(CHAIN, ...each, drop)),
  ];
}
