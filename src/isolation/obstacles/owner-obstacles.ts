import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import type { Firewall } from '../tools/firewall/firewall.js';
import { chainsToOpen } from '../veth/rules/forward-chains.js';
import { explainOwner } from '../veth/rules/table-owner.js';
import type { Obstacle } from './obstacle.js';

/** Chains that may drop what comes out of a namespace, of tables that nobody but their owner may change. */
export function ownerObstacles(nftables: Nftables, firewall: Firewall): Obstacle[] {
  const isOwned = nftables.tables().some(({ table, owner }) => owner !== undefined && !/^netmeter_\d+$/.test(table));
  if (!isOwned) return [];
  return chainsToOpen(firewall, 'forward').flatMap(({ family, table, chain }) => {
    const owned = explainOwner(nftables, { family, table });
    if (!owned) return [];
    const reason = `the chain ${chain} of table ${family} ${table} may drop the command's packets, and ${owned.reason}`;
    return [{ kind: 'cannot' as const, reason, cure: owned.cure }];
  });
}
