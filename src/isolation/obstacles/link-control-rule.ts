import type { Expression } from '../../linux/netlink/netfilter/expression.js';
import type { ListedRule } from '../../linux/netlink/netfilter/nftables.js';
import type { Table } from '../tools/firewall/firewall.js';

/** ICMPv6 by which neighbours, routers and listeners of one link find each other (RFC 4861, RFC 3810): no command's. */
const LINK_CONTROL = new Set([130, 131, 132, 133, 134, 135, 136, 137, 143]);
const ICMPV6 = 58;

/** Whether a rule is for such messages alone, which are never forwarded. */
export function isForLinkControl({ expressions = [] }: ListedRule, { elements }: Pick<Table, 'elements'>): boolean {
  const isIcmp = expressions.some(
    (each, index) =>
      each.kind === 'cmp' && each.op === '==' && each.data[0] === ICMPV6 && isProtocol(expressions[index - 1]),
  );
  return isIcmp && expressions.some((each, index) => isType(expressions[index - 1]) && isAmongThem(each, elements));
}

const isProtocol = (each: Expression | undefined) => each?.kind === 'meta' && each.key === 'l4proto';

const isType = (each: Expression | undefined) =>
  each?.kind === 'payload' && each.base === 'transport' && each.offset === 0 && each.length === 1;

function isAmongThem(each: Expression, elements: Table['elements']): boolean {
  if (each.kind === 'cmp') return each.op === '==' && LINK_CONTROL.has(each.data[0] ?? 0);
  if (each.kind !== 'lookup' || each.flags) return false;
  return elements(each.set).every(({ key, flags }) => !flags && LINK_CONTROL.has(key?.[0] ?? 0));
}
