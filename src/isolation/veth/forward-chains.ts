import type { ChainName } from './guardian.js';

/** A chain at a hook that is not netmeter's, as `nft list chains` prints it. */
export type ForwardChain = ChainName & { readonly policy: string };

/** Where packets to other machines pass, or to this one. */
export type Hook = 'forward' | 'input';

/** Base chains at a hook in the output of `nft list chains`, netmeter's own tables left out. */
export function forwardChains(listing: string, at: Hook = 'forward'): ForwardChain[] {
  const found: ForwardChain[] = [];
  let table: { family: string; table: string } | undefined;
  let chain = '';
  for (const line of listing.split('\n').map((text) => text.trim())) {
    const opened = /^table (\S+) (\S+) \{/.exec(line);
    if (opened?.[1] && opened[2]) table = { family: opened[1], table: opened[2] };
    chain = /^chain (\S+) \{/.exec(line)?.[1] ?? chain;
    const hook = /^type filter hook (\w+) priority [^;]+; policy (\w+);/.exec(line);
    const policy = hook?.[1] === at ? hook[2] : undefined;
    if (policy && table && !/^netmeter_\d+$/.test(table.table)) found.push({ ...table, chain, policy });
  }
  return found;
}

type Expression = Readonly<Record<string, unknown>>;
type Rule = { family: string; table: string; chain: string; expr?: readonly (Expression | string)[] };

/**
 * Chains into which an accept for our packets must be put, from `nft -j list ruleset`: the forward chains that can end
 * in a drop or reject, by policy or by a rule somewhere below. Docker's own place for such a rule is DOCKER-USER.
 */
export function chainsToOpen(
  chains: readonly ForwardChain[],
  ruleset: { nftables: readonly Expression[] },
): ChainName[] {
  const rules = ruleset.nftables.flatMap((entry) => ('rule' in entry ? [entry['rule'] as Rule] : []));
  const chosen = chains
    .filter((chain) => chain.policy === 'drop' || canDrop(chain, rules, new Set()))
    .map(({ family, table, chain }) => ({ family, table, chain: dockerChain(family, table, rules) ?? chain }));
  return [...new Map(chosen.map((chain) => [JSON.stringify(chain), chain])).values()];
}

function canDrop(at: ChainName, rules: readonly Rule[], seen: Set<string>): boolean {
  if (seen.has(at.chain)) return false;
  seen.add(at.chain);
  const own = rules.filter((rule) => rule.family === at.family && rule.table === at.table && rule.chain === at.chain);
  return own.some(({ expr = [] }) =>
    expr.flatMap(verdicts).some((step) => {
      // Of the old iptables' statements (xt) nft knows the name at most: any may be a REJECT.
      if ('drop' in step || 'reject' in step || 'xt' in step) return true;
      const target = ((step['jump'] ?? step['goto']) as { target?: string } | undefined)?.target;
      return target !== undefined && canDrop({ ...at, chain: target }, rules, seen);
    }),
  );
}

/** The statements that a step can come to: those of a verdict map; none where nft has no JSON form and prints text. */
function verdicts(step: Expression | string): Expression[] {
  if (typeof step === 'string') return [];
  const map = step['vmap'] as { data?: { set?: readonly (readonly [unknown, Expression])[] } } | undefined;
  if (!map) return [step];
  // A map that is only named may hold anything.
  return map.data?.set?.map(([, verdict]) => verdict) ?? [{ drop: null }];
}

function dockerChain(family: string, table: string, rules: readonly Rule[]): string | undefined {
  const jumps = rules.some(
    (rule) =>
      rule.family === family &&
      rule.table === table &&
      rule.expr
        ?.flatMap(verdicts)
        .some((step) => (step['jump'] as { target?: string } | undefined)?.target === 'DOCKER-USER'),
  );
  return jumps ? 'DOCKER-USER' : undefined;
}
