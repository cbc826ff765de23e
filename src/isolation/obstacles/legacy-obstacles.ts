import type { Obstacle } from './obstacle.js';

/** @param names /proc/net/ip_tables_names: the tables of the iptables before nftables, which nft can neither see nor open */
export function legacyObstacles(names: string): Obstacle[] {
  if (!names.split('\n').includes('filter')) return [];
  return [
    {
      kind: 'cannot',
      reason: 'legacy iptables rules filter on this host, and nft can neither see nor open them',
      cure: 'move them to nftables (update-alternatives --set iptables /usr/sbin/iptables-nft), or unload them: iptables-legacy -F; modprobe -r iptable_filter',
    },
  ];
}
