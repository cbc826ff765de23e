import { addressBytes } from '../../../linux/ip/ip-address.js';
import { IPPROTO } from '../../../linux/ip/ip-protocols.js';
import { drop, passTo } from '../../../linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../../linux/netlink/netfilter/command.js';
import {
  deviceName,
  ip,
  ip6,
  l4proto,
  oifname,
  RTN_LOCAL,
  saddrType,
  thOctets,
} from '../../../linux/netlink/netfilter/field.js';
import { is, isAmong, isNotAmong } from '../../../linux/netlink/netfilter/matches.js';
import type { Nftables } from '../../../linux/netlink/netfilter/nftables.js';
import { TableCommands } from '../../../linux/netlink/netfilter/table-commands.js';
import { isIpv6 } from '../../machine/is-ipv6.js';
import type { WireReading } from '../../scope.js';
import { namedCounters } from '../../tools/firewall/named-counters.js';
import type { LinkPlan } from '../links/subnet.js';

const CHAIN = 'nm_leaving';
/** Behind all that translates sources (NF_IP_PRI_NAT_SRC, 100). */
const PRIORITY = 300;

/** Counts what is dropped because it cannot be translated. */
export const STRAYS = 'nm_strays';

/** Of the links that lead out: what counts ICMP errors of this machine's, and which of ICMP's types these are (RFC 792, RFC 4443). */
const ERRORS = {
  ipv4: { counter: 'nm_errors4', protocol: IPPROTO.icmp, types: [3, 11, 12] },
  ipv6: { counter: 'nm_errors6', protocol: IPPROTO.icmpv6, types: [1, 2, 3, 4] },
} as const;

/**
 * No packet leaves this machine with an address of the namespace's inside. What belongs to no connection that the kernel knows
 * (a reset that comes late, an answer to no question) is not translated, and nobody could answer it. Counted are these, and
 * what this machine itself answers the command with: both are in the run's numbers, and at no other end.
 */
export function leavingRules(table: TableName, plans: readonly LinkPlan[]): Command[] {
  const commands = new TableCommands(table);
  const elsewhere = isNotAmong(
    oifname,
    plans.map(({ host }) => deviceName(host.device)),
  );
  return [
    ...[STRAYS, ERRORS.ipv4.counter, ERRORS.ipv6.counter].map((name) => commands.counter(name)),
    commands.chain(CHAIN, { type: 'filter', hook: 'postrouting', priority: PRIORITY }),
    ...plans
      .flatMap(({ inner }) => inner.addresses)
      .map((each) => [is((isIpv6(each) ? ip6 : ip).saddr, addressBytes(each)), elsewhere])
      .map((stray) => commands.rule(CHAIN, ...stray, passTo('counter', STRAYS), drop)),
    ...plans.flatMap((plan) => errorRule(commands, plan)),
  ];
}

function errorRule(commands: TableCommands, { purpose, host }: LinkPlan): Command[] {
  if (purpose === 'host-local') return [];
  const { counter, protocol, types } = ERRORS[purpose];
  const isError = [
    is(l4proto, Buffer.of(protocol)),
    isAmong(
      thOctets(0, 1),
      types.map((type) => Buffer.of(type)),
    ),
  ];
  const isOurs = is(saddrType, RTN_LOCAL);
  return [commands.rule(CHAIN, is(oifname, deviceName(host.device)), ...isError, isOurs, passTo('counter', counter))];
}

/**
 * What these have counted so far.
 * @returns `behind4.errors`, `behind6.errors` and `behind.strays`
 * @throws {LinuxError} the table is gone
 */
export function readLeaving(nftables: Nftables, table: TableName): WireReading {
  const counters = namedCounters(nftables, table);
  return {
    'behind4.errors': counters.get(ERRORS.ipv4.counter),
    'behind6.errors': counters.get(ERRORS.ipv6.counter),
    'behind.strays': counters.get(STRAYS),
  };
}
