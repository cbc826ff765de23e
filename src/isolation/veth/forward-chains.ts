import { decodeAttributes } from '../../linux/netlink/attribute.js';
import type { TableName } from '../../linux/netlink/netfilter/command.js';
import type { Element } from '../../linux/netlink/netfilter/definitions.js';
import type { Expression } from '../../linux/netlink/netfilter/expression.js';
import type { ListedChain, ListedRule } from '../../linux/netlink/netfilter/nftables.js';

export type ChainName = TableName & { readonly chain: string };

/** Where packets to other machines pass, or to this one. */
export type Hook = 'forward' | 'input';

/** What decides there; rules and elements are asked for where they matter. */
export type Firewall = {
  readonly chains: readonly ListedChain[];
  readonly rules: (table: TableName) => readonly ListedRule[];
  readonly elements: (table: TableName, set: string) => readonly Element[];
};

/** Of these families a routed packet of IPv4 or IPv6 meets the chains. */
const ROUTED = ['ip', 'ip6', 'inet'];

/** Base chains at a hook, netmeter's own left out. */
const foreignChains = (chains: readonly ListedChain[], at: Hook): ListedChain[] =>
  chains.filter(
    ({ family, table, base }) =>
      base?.type === 'filter' && base.hook === at && ROUTED.includes(family) && !/^netmeter_\d+$/.test(table),
  );

/**
 * Chains into which an accept for our packets must be put: those at the hook that can end in a drop or reject, by policy or
 * by a rule somewhere below. Docker's own place for such a rule is DOCKER-USER.
 */
export function chainsToOpen(firewall: Firewall, hook: Hook): ChainName[] {
  const chosen = foreignChains(firewall.chains, hook).flatMap(({ family, table, chain, base }) => {
    const rules = firewall.rules({ family, table });
    const search = { rules, elements: (set: string) => firewall.elements({ family, table }, set) };
    if (base?.policy !== 'drop' && !canDrop(chain, search, new Set())) return [];
    return [{ family, table, chain: dockerChain(search) ?? chain }];
  });
  return [...new Map(chosen.map((chain) => [JSON.stringify(chain), chain])).values()];
}

type Search = { readonly rules: readonly ListedRule[]; readonly elements: (set: string) => readonly Element[] };

function canDrop(chain: string, search: Search, seen: Set<string>): boolean {
  if (seen.has(chain)) return false;
  seen.add(chain);
  const own = search.rules.filter((rule) => rule.chain === chain);
  return own.some(({ expressions = [] }) =>
    expressions.some((each) => {
      if (each.kind === 'reject' || isRefusingTarget(each)) return true;
      return verdicts(each, search).some(
        ({ code, chain: target }) => code === 'drop' || (target !== undefined && canDrop(target, search, seen)),
      );
    }),
  );
}

type Verdict = { readonly code: string; readonly chain?: string };

/** What an expression can come to: one verdict, or those of a map. */
function verdicts(each: Expression, { elements }: Search): Verdict[] {
  if (each.kind === 'immediate') return each.data.verdict ? [each.data.verdict] : [];
  // Register 0 is the verdict.
  if (each.kind !== 'lookup' || each.to !== 0) return [];
  return elements(each.set).flatMap(({ data }) => data?.verdict ?? []);
}

/** Targets of the old iptables that let a packet go on its way. */
const HARMLESS = ['LOG', 'NFLOG', 'MARK', 'CONNMARK', 'TCPMSS', 'CT', 'DSCP', 'TTL', 'HL', 'CLASSIFY', 'TRACE', 'SET'];

/** An extension of the old iptables (xt_REJECT): all that is known of it is its name, the first string of its data. */
function isRefusingTarget(each: Expression): boolean {
  if (each.kind !== 'other' || each.name !== 'target') return false;
  const name = decodeAttributes(each.data).string(NFTA_TARGET_NAME) ?? '';
  return !HARMLESS.includes(name);
}

const NFTA_TARGET_NAME = 1;

const dockerChain = (search: Search): string | undefined =>
  search.rules.some(({ expressions = [] }) =>
    expressions.some((each) => verdicts(each, search).some(({ code, chain }) => code === 'jump' && chain === DOCKER)),
  )
    ? DOCKER
    : undefined;

const DOCKER = 'DOCKER-USER';
