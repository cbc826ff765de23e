import type { LegacyFamily, LegacyTable } from '../../../linux/legacy-tables/decode-table.js';
import { readLegacyTables } from '../../../linux/legacy-tables/read-tables.js';
import { isErrno } from '../../../linux/linux-error.js';
import { readText } from '../read-text.js';

/** How it is said, and what helps. */
export const LEGACY_CURE = {
  reason: 'legacy iptables rules filter on this host, and nft can neither see nor open them',
  cure: 'move them to nftables (update-alternatives --set iptables /usr/sbin/iptables-nft), or let everything be forwarded: iptables-legacy -P FORWARD ACCEPT; iptables-legacy -F FORWARD',
} as const;

/** Tables of the iptables before nftables, of both families; none where the kernel does not show them. */
export function legacyTables(): LegacyTable[] {
  return (['ip', 'ip6'] as const).flatMap((family) => {
    const names = (readText(`/proc/net/${family}_tables_names`) ?? '').split('\n').filter((name) => name !== '');
    return readOf(family, names);
  });
}

/** Whether what a namespace sends might not be let through. */
export const blocksForwarding = (tables: readonly LegacyTable[]): boolean =>
  tables.some(({ name, chains: { forward } }) => {
    const isFilter = name === 'filter' || name === 'security';
    return forward !== undefined && (forward.policy === 'drop' || (isFilter && forward.targets.some(mayRefuse)));
  });

const mayRefuse = (target: string) => target !== 'ACCEPT' && target !== 'RETURN';

function readOf(family: LegacyFamily, names: readonly string[]): LegacyTable[] {
  try {
    return readLegacyTables(family, names);
  } catch (error) {
    // Of a kernel that lists them and has nobody look: what they hold is not known.
    if (isErrno(error, 'EPERM', 'ENOPROTOOPT', 'EAFNOSUPPORT', 'EPROTONOSUPPORT'))
      return names.map((name) => ({ family, name, chains: { forward: { policy: 'drop', targets: [] } } }));
    throw error;
  }
}
