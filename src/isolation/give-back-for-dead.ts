import { existsSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { pid } from 'node:process';
import { Cgroup } from '../linux/cgroup/cgroup.js';
import { CgroupHierarchy } from '../linux/cgroup/hierarchy.js';
import type { TableName } from '../linux/netlink/netfilter/command.js';
import { RunMembers } from './machine/members/run-members.js';
import { parseNote } from './notes/note-files.js';

/** What a guardian was given at its start; an empty word: there is none. */
export type Dead = {
  /** The run's mark. */
  readonly run: string;
  /** The folder that the tree's control group may have. */
  readonly cgroup: string;
  /** Descriptors that the guardian hands on: of the command's network namespace, and of the file of what the run has changed. */
  readonly namespace: string;
  readonly changes: string;
  /** The socket that owns the run's tables. */
  readonly tables: string;
};

/**
 * What netmeter's own file does in place of a netmeter that was killed, as its guardian, by exec: the same process, which was
 * there before the command. Ends whoever is of the run, and gives back what it has changed.
 * @returns false where something could not be given back
 */
export async function giveBackForDead({ run, cgroup, namespace, changes, tables }: Dead): Promise<boolean> {
  await endGroup(cgroup);
  const identity = foreignIdentity(namespace);
  await new RunMembers(
    run,
    () => identity,
    () => [pid],
  ).end();
  return changes === '' || giveBackChanges({ namespace, tables }, readFileSync(Number(changes), 'utf8'));
}

/** @param text empty: the run had changed nothing yet */
async function giveBackChanges(
  { namespace, tables }: Pick<Dead, 'namespace' | 'tables'>,
  text: string,
): Promise<boolean> {
  const changes = parseNote(text);
  if (!changes) return true;
  const [{ NetworkNamespace }, { NetlinkSocket }, { Nftables }, { deleteFrom, giveBack }] = await Promise.all([
    import('../linux/namespace.js'),
    import('../linux/netlink/socket.js'),
    import('../linux/netlink/netfilter/nftables.js'),
    import('./veth/giving-back/give-back.js'),
  ]);
  using network = namespace === '' ? undefined : NetworkNamespace.open(`/proc/self/fd/${namespace}`);
  using owner = tables === '' ? undefined : new Nftables(NetlinkSocket.adopt(Number(tables)));
  const deleteTable = owner && ((table: TableName) => deleteFrom(owner, table));
  if (giveBack(changes, { namespace: network, deletesLinks: true, deleteTable }).length > 0) return false;
  if (changes.note !== undefined) rmSync(changes.note, { force: true });
  return true;
}

/** Ends whoever is in the control group, and removes it. */
async function endGroup(folder: string): Promise<void> {
  if (folder === '') return;
  using hierarchy = CgroupHierarchy.open();
  // One that was reached by a descriptor of netmeter's own is below the guardian's group too.
  const seen = existsSync(folder) ? folder : `${hierarchy?.folderOf('self')}/${basename(folder)}`;
  if (existsSync(seen)) await Cgroup.open(seen)[Symbol.asyncDispose]();
}

/** Never the host's own: every process of it would be ended. */
function foreignIdentity(namespace: string): string | undefined {
  if (namespace === '') return undefined;
  const held = readlinkSync(`/proc/self/fd/${namespace}`);
  return held === readlinkSync('/proc/self/ns/net') ? undefined : held;
}
