import { decodeAttributes } from '../../../linux/netlink/attribute.js';
import type { TableName } from '../../../linux/netlink/netfilter/command.js';
import type { Element } from '../../../linux/netlink/netfilter/definitions.js';
import type { Expression } from '../../../linux/netlink/netfilter/expression.js';
import type { ListedChain, ListedRule } from '../../../linux/netlink/netfilter/nftables.js';

/** What decides about packets; rules and elements are asked for where they matter. */
export type Firewall = {
  readonly chains: readonly ListedChain[];
  readonly rules: (table: TableName) => readonly ListedRule[];
  readonly elements: (table: TableName, set: string) => readonly Element[];
};

/** One table of it. */
export type Table = {
  readonly name: TableName;
  readonly rules: readonly ListedRule[];
  readonly elements: (set: string) => readonly Element[];
};

/** Families whose chains a packet of IPv4 or IPv6 meets. */
const ROUTED = ['ip', 'ip6', 'inet'];

/** Base chains at one of some hooks, netmeter's own left out. */
export const foreignChains = ({ chains }: Pick<Firewall, 'chains'>, ...hooks: readonly string[]): ListedChain[] =>
  chains.filter(
    ({ family, table, base }) =>
      base !== undefined && hooks.includes(base.hook) && ROUTED.includes(family) && !/^netmeter_\d+$/.test(table),
  );

type Verdict = { readonly code: string; readonly chain?: string };

/** What an expression can come to: one verdict, or those of a map. */
export function verdictsOf(each: Expression, { elements }: Pick<Table, 'elements'>): Verdict[] {
  if (each.kind === 'immediate') return each.data.verdict ? [each.data.verdict] : [];
  // Register 0 is the verdict.
  if (each.kind !== 'lookup' || each.to !== 0) return [];
  return elements(each.set).flatMap(({ data }) => data?.verdict ?? []);
}

/** The chains to which those of some names lead, and they themselves. */
export function reachableFrom(names: readonly string[], table: Table): Set<string> {
  const reached = new Set(names);
  for (const chain of reached) {
    const own = table.rules.filter((rule) => rule.chain === chain);
    for (const each of own.flatMap(({ expressions = [] }) => expressions))
      for (const { chain: target } of verdictsOf(each, table)) if (target !== undefined) reached.add(target);
  }
  return reached;
}

/** The name of an extension of the old iptables (xt_REJECT), which is all that is known of it; undefined: it is none. */
export function legacyTarget(each: Expression): string | undefined {
  if (each.kind !== 'other' || each.name !== 'target') return undefined;
  return decodeAttributes(each.data).string(NFTA_TARGET_NAME) ?? '';
}

/** Its options, as its kernel header lays them out. */
export const legacyTargetInfo = (each: Expression): Buffer | undefined =>
  each.kind === 'other' && each.name === 'target' ? decodeAttributes(each.data).bytes(NFTA_TARGET_INFO) : undefined;

/** linux/netfilter/nf_tables_compat.h. */
const NFTA_TARGET_NAME = 1;
const NFTA_TARGET_INFO = 3;
