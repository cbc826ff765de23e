import type { TableName } from '../../../linux/netlink/netfilter/command.js';
import type { Nftables } from '../../../linux/netlink/netfilter/nftables.js';
import { readText } from '../../tools/read-text.js';

type Explained = { readonly reason: string; readonly cure: string };

/**
 * Why nobody else can change a table (`flags owner`), and what helps.
 * @returns undefined where it has no owner
 */
export function explainOwner(nftables: Nftables, name: TableName): Explained | undefined {
  const owner = nftables.tables().find(({ family, table }) => family === name.family && table === name.table)?.owner;
  if (owner === undefined) return undefined;
  // The kernel names a process' first socket of a kind by its pid.
  const program = readText(`/proc/${owner}/comm`)?.trim();
  const reason = `that table belongs to ${program ? `the process ${owner} (${program})` : `the netlink port ${owner}`}: nobody else may change it`;
  return { reason, cure: name.table === 'firewalld' ? FIREWALLD : OTHERS };
}

const FIREWALLD =
  'Set NftablesTableOwner=no in /etc/firewalld/firewalld.conf and run systemctl restart firewalld, or measure without the firewall in the way: --isolation user-mode as an ordinary user, or --isolation host.';
const OTHERS =
  "Have that program make its table without 'flags owner', or measure without the firewall in the way: --isolation user-mode as an ordinary user, or --isolation host.";
