import type { LegacyChain, LegacyHook, LegacyTable } from '../../linux/legacy-tables/decode-table.js';
import { blocksForwarding, LEGACY_CURE } from '../tools/firewall/legacy-firewall.js';
import { IN_PLACE, type Obstacle } from './obstacle.js';
import { type Effect, effectOfTarget } from './target-effects.js';

/**
 * What tables of the iptables before nftables do to packets, which nft can neither see nor open.
 * @param marksMatter a routing rule looks at marks
 */
export function legacyObstacles(tables: readonly LegacyTable[], marksMatter: boolean): Obstacle[] {
  const cannot = blocksForwarding(tables)
    ? [{ kind: 'cannot' as const, reason: LEGACY_CURE.reason, cure: LEGACY_CURE.cure }]
    : [];
  return [...cannot, ...tables.flatMap((table) => evasionsOf(table, 'output', marksMatter))];
}

function evasionsOf({ family, name, chains }: LegacyTable, hook: LegacyHook, marksMatter: boolean): Obstacle[] {
  const chain = chains[hook];
  const effects = chain ? effectsOf(chain, name, marksMatter) : [];
  if (effects.length === 0) return [];
  const what = `the legacy ${family}tables chain ${hook.toUpperCase()} of table ${name}`;
  const reason = `${what} ${effects.join(' and ')} packets of this machine itself, and misses those that come out of a namespace`;
  return [{ kind: 'evades', reason, cure: IN_PLACE }];
}

/** A chain that is jumped to does what its table is for. */
function effectsOf({ policy, targets }: LegacyChain, table: string, marksMatter: boolean): Effect[] {
  const effects = targets.flatMap((target) => {
    if (target === 'ACCEPT' || target === 'RETURN') return [];
    const isMangled = table === 'mangle' && !marksMatter;
    if (target === 'JUMP') return isMangled ? [] : [table === 'nat' ? ('redirects' as const) : ('refuses' as const)];
    return effectOfTarget(target, marksMatter) ?? [];
  });
  return [...new Set([...(policy === 'drop' ? (['refuses'] as const) : []), ...effects])];
}
