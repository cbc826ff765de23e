import { existsSync, readdirSync } from 'node:fs';
import { NetmeterError } from '../../errors.js';

/** Where `ip netns` keeps its names; the first is a link to the second, or the other way round, on most systems. */
const FOLDERS = ['/run/netns', '/var/run/netns'] as const;

/** The file of a network namespace, and the folder of the files that are to be seen there instead of those of /etc. */
export type NamespaceFile = { readonly file: string; readonly etc?: string };

/**
 * Finds a namespace by the name that `ip netns` gives it, or takes a path (with a slash: /proc/PID/ns/net, say).
 * @throws {NetmeterError} NO_SUCH_NAMESPACE, with the names that there are
 */
export function findNamespace(netns: string, folders: readonly string[] = FOLDERS): NamespaceFile {
  const isPath = netns.includes('/');
  const file = isPath ? netns : folders.map((folder) => `${folder}/${netns}`).find((path) => existsSync(path));
  const isName = netns !== '' && netns !== '.' && netns !== '..';
  if (file !== undefined && isName && existsSync(file)) return isPath ? { file } : { file, etc: `/etc/netns/${netns}` };
  const names = [...new Set(folders.flatMap(namesIn))].sort();
  throw new NetmeterError('NO_SUCH_NAMESPACE', `there is no network namespace '${netns}'`, {
    cure:
      names.length > 0 ? `Choose one of: ${names.join(', ')}; or give a path.` : "None has a name ('ip netns add').",
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
