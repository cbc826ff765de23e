import type { ChainName } from '../../../linux/netlink/netfilter/command.js';
import type { Expression } from '../../../linux/netlink/netfilter/expression.js';
import { type Firewall, foreignChains, legacyTarget, type Table, verdictsOf } from '../../tools/firewall/firewall.js';
import { HARMLESS_TARGETS } from '../../tools/firewall/harmless-targets.js';

/** Where packets to other machines pass, or to this one. */
export type Hook = 'forward' | 'input';

/**
 * Chains into which an accept for our packets must be put: those at the hook that can end in a drop or reject, by policy or
 * by a rule somewhere below. Docker's own place for such a rule is DOCKER-USER.
 */
export function chainsToOpen(firewall: Firewall, hook: Hook): ChainName[] {
  const filters = foreignChains(firewall, hook).filter(({ base }) => base?.type === 'filter');
  const chosen = filters.flatMap(({ family, table, chain, base }) => {
    const rules = firewall.rules({ family, table });
    const name = { family, table };
    const search = { name, rules, elements: (set: string) => firewall.elements(name, set) };
    if (base?.policy !== 'drop' && !canDrop(chain, search, new Set())) return [];
    return [{ family, table, chain: dockerChain(search) ?? chain }];
  });
  return [...new Map(chosen.map((chain) => [JSON.stringify(chain), chain])).values()];
}

function canDrop(chain: string, search: Table, seen: Set<string>): boolean {
  if (seen.has(chain)) return false;
  seen.add(chain);
  const own = search.rules.filter((rule) => rule.chain === chain);
  return own.some(({ expressions = [] }) =>
    expressions.some((each) => {
      if (each.kind === 'reject' || isRefusingTarget(each)) return true;
      return verdictsOf(each, search).some(
        ({ code, chain: target }) => code === 'drop' || (target !== undefined && canDrop(target, search, seen)),
      );
    }),
  );
}

function isRefusingTarget(each: Expression): boolean {
  const name = legacyTarget(each);
  return name !== undefined && !HARMLESS_TARGETS.includes(name);
}

const dockerChain = (search: Table): string | undefined =>
  search.rules.some(({ expressions = [] }) =>
    expressions.some((each) => verdictsOf(each, search).some(({ code, chain }) => code === 'jump' && chain === DOCKER)),
  )
    ? DOCKER
    : undefined;

const DOCKER = 'DOCKER-USER';
