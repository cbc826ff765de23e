import { readdirSync, readlinkSync } from 'node:fs';
import { type Noted, ownNamespaces } from '../../notes/note-files.js';
import { readText } from '../../tools/read-text.js';

/**
 * Whether a network namespace is no more: nobody lives in it, has it mounted, or open. Whoever sees other processes than
 * the run did cannot know.
 */
export function isNetworkGone({ network, processes }: Noted): boolean {
  if (network === '' || processes === '' || processes !== ownNamespaces().processes) return false;
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return !pids.some((pid) => linkAt(`/proc/${pid}/ns/net`) === network || mounts(pid, network) || opens(pid, network));
}

/** A file of it is mounted at a name, as `ip netns` does. */
const mounts = (pid: string, network: string) => (readText(`/proc/${pid}/mountinfo`) ?? '').includes(` ${network} `);

const opens = (pid: string, network: string) =>
  entriesOf(`/proc/${pid}/fd`).some((fd) => linkAt(`/proc/${pid}/fd/${fd}`) === network);

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
