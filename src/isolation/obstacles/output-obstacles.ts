import type { Expression } from '../../linux/netlink/netfilter/expression.js';
import type { ListedChain, ListedRule } from '../../linux/netlink/netfilter/nftables.js';
import {
  type Firewall,
  foreignChains,
  legacyTarget,
  reachableFrom,
  type Table,
  verdictsOf,
} from '../tools/firewall/firewall.js';
import { isForLinkControl } from './link-control-rule.js';
import { isForLoopback } from './loopback-rule.js';
import { IN_PLACE, type Obstacle } from './obstacle.js';
import { type Effect, effectOfTarget } from './target-effects.js';

/** Where a forwarded packet meets chains before it leaves, as one that is made here does at the output hook. */
const FORWARDED = ['prerouting', 'forward'];

/**
 * Chains at the output hook that do something to what this machine sends which nobody does to what it forwards.
 * @param marksMatter a routing rule looks at marks
 */
export function outputObstacles(firewall: Firewall, marksMatter: boolean): Obstacle[] {
  const chains = foreignChains(firewall, 'output').map((chain) => ({
    chain,
    effects: effectsOf(chain, firewall, marksMatter),
  }));
  return chains.flatMap(({ chain: { family, table, chain }, effects }) =>
    effects.length === 0 ? [] : [obstacle(`${chain} of table ${family} ${table}`, effects)],
  );
}

const obstacle = (chain: string, effects: readonly Effect[]): Obstacle => ({
  kind: 'evades',
  reason: `the chain ${chain} ${effects.join(' and ')} packets of this machine itself, and misses those that come out of a namespace`,
  cure: IN_PLACE,
});

function effectsOf(chain: ListedChain, firewall: Firewall, marksMatter: boolean): Effect[] {
  const { family, table } = chain;
  const name = { family, table };
  const own: Table = { name, rules: firewall.rules(name), elements: (set) => firewall.elements(name, set) };
  const others = foreignChains(firewall, ...FORWARDED).filter((each) => each.family === family && each.table === table);
  const known = reachableFrom(
    others.map((each) => each.chain),
    own,
  );
  const rules = own.rules.filter((rule) => known.has(rule.chain ?? ''));
  const shared = new Set(rules.map((rule) => signature(rule, own)));
  const met = [...reachableFrom([chain.chain], own)].filter((each) => !known.has(each));
  const effects = own.rules
    .filter((rule) => met.includes(rule.chain ?? '') && !isForLoopback(rule) && !isForLinkControl(rule, own))
    .filter((rule) => !shared.has(signature(rule, own)))
    .flatMap(({ expressions = [] }) => expressions.flatMap((each) => effectOf(each, own, marksMatter) ?? []));
  return [...new Set([...(chain.base?.policy === 'drop' ? (['refuses'] as const) : []), ...effects])];
}

function effectOf(each: Expression, table: Table, marksMatter: boolean): Effect | undefined {
  const target = legacyTarget(each);
  if (target !== undefined) return effectOfTarget(target, marksMatter);
  if (each.kind === 'reject' || verdictsOf(each, table).some(({ code }) => code === 'drop')) return 'refuses';
  if (each.kind === 'nat' || each.kind === 'redir') return 'redirects';
  if (each.kind === 'other' && each.name === 'queue') return 'refuses';
  const marks = each.kind === 'meta' && each.key === 'mark' && each.from !== undefined;
  return marks && marksMatter ? 'marks' : undefined;
}

/** The same for two rules that are the same: sets without a name by what is in them, in any order, and counts left out. */
function signature({ expressions = [] }: ListedRule, { elements }: Table): string {
  const parts = expressions
    .filter(({ kind }) => kind !== 'counter')
    .map((each) =>
      each.kind === 'lookup' && each.set.startsWith('__')
        ? { ...each, set: elements(each.set).map(asText).sort() }
        : each,
    );
  return asText(parts);
}

const asText = (value: unknown) =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each));
