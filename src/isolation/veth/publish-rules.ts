import { isIpv6 } from '../machine/is-ipv6.js';
import type { PublishedPort } from '../ports/ports.js';
import type { LinkPlan } from './subnet.js';

/**
 * nft commands that lead published ports to the namespace, for peers on other machines: their packets are rewritten on
 * arrival, so that the command sees the peer's own address. This machine's own peers go through netmeter's listener.
 * @param devices nft set of the run's own host interfaces
 */
export function publishRules(
  table: string,
  devices: string,
  plans: readonly LinkPlan[],
  published: readonly PublishedPort[],
): string[] {
  if (published.length === 0) return [];
  const rules = plans.flatMap(({ purpose, inner: { addresses } }) =>
    purpose === 'host-local' ? [] : published.flatMap((port) => ruleOf(port, addresses[0] ?? '')),
  );
  return [
    `add chain ${table} nm_publish { type nat hook prerouting priority -100; }`,
    ...rules.map((rule) => `add rule ${table} nm_publish iifname != ${devices} ${rule}`),
  ];
}

function ruleOf({ address, host, inner, protocol }: PublishedPort, to: string): string[] {
  const six = isIpv6(to);
  if (address !== undefined && isIpv6(address) !== six) return [];
  const family = six ? 'ip6' : 'ip';
  const local = isAny(address)
    ? `meta nfproto ${six ? 'ipv6' : 'ipv4'} fib daddr type local`
    : `${family} daddr ${address}`;
  return [`${local} ${protocol} dport ${host} dnat ${family} to ${six ? `[${to}]` : to}:${inner}`];
}

const isAny = (address: string | undefined) => address === undefined || address === '0.0.0.0' || address === '::';
