import { isErrno } from '../../../linux/linux-error.js';
import type { NetworkNamespace } from '../../../linux/namespace.js';
import type { TableName } from '../../../linux/netlink/netfilter/command.js';
import { Nftables } from '../../../linux/netlink/netfilter/nftables.js';
import { TableCommands } from '../../../linux/netlink/netfilter/table-commands.js';
import { decodeLink, deleteLink, getLink, setLink } from '../../../linux/netlink/route/link.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../../linux/netlink/socket.js';
import type { HostChanges } from '../../notes/host-changes.js';
import { withdrawRules } from '../rules/accept-rules.js';
import { switchOff } from '../switches.js';
import { abortSockets } from './abort-sockets.js';

export type GivingBack = {
  /** The command's, where it is still held. */
  readonly namespace?: NetworkNamespace | undefined;
  /** Links are taken away, which takes the kernel 0.1 s, and not only down: it will take them with the namespace. */
  readonly deletesLinks: boolean;
  /** For whoever owns the run's tables; anybody may delete those whose owner is no more. */
  readonly deleteTable?: ((table: TableName) => void) | undefined;
};

/**
 * Gives back what a run has changed, once its processes are gone: its sockets are ended while the links still lead out, then
 * the links carry nothing more, then the rest goes by which packets passed. What has gone already is none of its business.
 * @returns what could not be given back, and why
 */
export function giveBack(changes: HostChanges, { namespace, deletesLinks, deleteTable }: GivingBack): string[] {
  const { link, links, keys, chains, tables } = changes;
  return [
    ...tried(() => namespace && abortSockets(namespace)),
    ...(links.length === 0 ? [] : tried(() => silence(links, deletesLinks))),
    ...tried(() => switchOff(keys, link)),
    ...(chains.length + tables.length === 0 ? [] : tried(() => withdraw(changes, deleteTable))),
  ];
}

function silence(names: readonly string[], deletesLinks: boolean): void {
  using route = NetlinkSocket.open(NETLINK_ROUTE);
  const found = route.attempt(names.map(getLink)).replies.map(decodeLink);
  // One that has carried nothing has nothing on its way; and to take one down takes the kernel milliseconds.
  const used = found.filter(({ packets }) => packets !== 0n);
  route.attempt(used.map(({ index }) => setLink(index, { isUp: false })));
  if (deletesLinks) route.attempt(found.map(({ index }) => deleteLink(index)));
}

function withdraw({ link, chains, tables }: HostChanges, deleteTable?: GivingBack['deleteTable']): void {
  using nftables = Nftables.open();
  const works = [
    ...chains.map((chain) => () => withdrawRules(nftables, chain, link)),
    ...tables.map((table) => () => (deleteTable ? deleteTable(table) : deleteFrom(nftables, table))),
  ];
  const failures = works.flatMap((work) => tried(work));
  if (failures.length > 0) throw new Error(failures.join('; '));
}

export const deleteFrom = (nftables: Nftables, table: TableName): void =>
  nftables.commit([new TableCommands(table).delete()]);

function tried(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    return isErrno(error, 'ENOENT') ? [] : [error instanceof Error ? error.message : String(error)];
  }
}
