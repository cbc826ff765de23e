import { addressBytes } from '../../../linux/ip/ip-address.js';
import { destineTo } from '../../../linux/netlink/netfilter/actions.js';
import type { Command } from '../../../linux/netlink/netfilter/command.js';
import {
  daddrType,
  iifname,
  ip,
  ip6,
  nfproto,
  RTN_LOCAL,
  tcpPorts,
  udpPorts,
} from '../../../linux/netlink/netfilter/field.js';
import { is, isNotAmong } from '../../../linux/netlink/netfilter/matches.js';
import { ADDRESS_FAMILIES } from '../../../linux/netlink/netfilter/numbers.js';
import type { Statement } from '../../../linux/netlink/netfilter/statement.js';
import type { TableCommands } from '../../../linux/netlink/netfilter/table-commands.js';
import { be16 } from '../../../linux/netlink/values.js';
import { isIpv6 } from '../../machine/is-ipv6.js';
import type { PublishedPort } from '../../ports/ports.js';
import type { LinkPlan } from '../links/subnet.js';

/**
 * Leads published ports to the namespace, for peers on other machines: their packets are rewritten on arrival, so that the
 * command sees the peer's own address. This machine's own peers go through netmeter's listener.
 * @param ours names of the run's own host interfaces
 */
export function publishRules(
  table: TableCommands,
  ours: readonly Buffer[],
  plans: readonly LinkPlan[],
  published: readonly PublishedPort[],
): Command[] {
  if (published.length === 0) return [];
  const rules = plans.flatMap(({ purpose, inner: { addresses } }) =>
    purpose === 'host-local' ? [] : published.flatMap((port) => statementsOf(port, addresses[0] ?? '')),
  );
  return [
    table.chain('nm_publish', { type: 'nat', hook: 'prerouting', priority: -100 }),
    ...rules.map((statements) => table.rule('nm_publish', isNotAmong(iifname, ours), ...statements)),
  ];
}

function statementsOf({ address, host, inner, protocol }: PublishedPort, to: string): Statement[][] {
  const six = isIpv6(to);
  if (address !== undefined && isIpv6(address) !== six) return [];
  const local = isAny(address) ? toThisMachine(six) : [is((six ? ip6 : ip).daddr, addressBytes(address ?? ''))];
  const { dport } = protocol === 'tcp' ? tcpPorts : udpPorts;
  return [[...local, is(dport, be16(host)), destineTo(to, inner)]];
}

const toThisMachine = (six: boolean) => [
  is(nfproto, Buffer.of(six ? ADDRESS_FAMILIES.ip6 : ADDRESS_FAMILIES.ip)),
  is(daddrType, RTN_LOCAL),
];

const isAny = (address: string | undefined) => address === undefined || address === '0.0.0.0' || address === '::';
