import type { Expression } from '../../linux/netlink/netfilter/expression.js';
import type { ListedChain, ListedRule } from '../../linux/netlink/netfilter/nftables.js';
import { type Firewall, foreignChains, legacyTarget, legacyTargetInfo } from '../tools/firewall/firewall.js';
import { IN_PLACE, type Obstacle } from './obstacle.js';

/** NF_IP_PRI_CONNTRACK, linux/netfilter_ipv4.h: behind it a connection is known already. */
const TRACKED_AT = -200;

/**
 * Chains that keep each packet from being tracked (notrack; CT --notrack of iptables): nothing that comes out of a namespace is
 * translated then, and no answer finds back. Rules for some packets alone say nothing of the command's.
 */
export const trackingObstacles = (firewall: Firewall): Obstacle[] =>
  foreignChains(firewall, 'prerouting')
    .filter((chain) => (chain.base?.priority ?? 0) < TRACKED_AT && tracksNothing(chain, firewall))
    .map(({ family, table, chain }) => ({
      kind: 'cannot',
      reason: `the chain ${chain} of table ${family} ${table} has no connection tracked (notrack), and without that a namespace has no way out`,
      cure: IN_PLACE,
    }));

const tracksNothing = ({ family, table, chain }: ListedChain, { rules }: Firewall): boolean =>
  rules({ family, table }).some((rule) => rule.chain === chain && isForAll(rule));

function isForAll({ expressions = [] }: ListedRule): boolean {
  const [only, ...others] = expressions.filter(({ kind }) => kind !== 'counter');
  return only !== undefined && others.length === 0 && isNotrack(only);
}

/** XT_CT_NOTRACK of struct xt_ct_target_info, linux/netfilter/xt_CT.h, which begins with the flags. */
const XT_CT_NOTRACK = 1;

function isNotrack(each: Expression): boolean {
  if (each.kind === 'notrack') return true;
  const target = legacyTarget(each);
  if (target !== 'CT') return target === 'NOTRACK';
  const info = legacyTargetInfo(each);
  return info !== undefined && info.length >= 2 && (info.readUInt16LE() & XT_CT_NOTRACK) !== 0;
}
