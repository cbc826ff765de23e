import type { Sighting } from './bypass-list.js';

/** A process of the tree and the folder of its control group; undefined: it has ended, or is in none that is seen. */
export type Grouped = { readonly pid: number; readonly folder: string | undefined };

/**
 * Processes that have moved themselves out of the tree's control group and of those below it, as a container engine, a
 * user's session or a service manager do. Who counts at the group does not see what they send from then on.
 * @param countsThere the numbers are counted at the group
 */
export function leftGroup(processes: readonly Grouped[], group: string, countsThere: boolean): Sighting[] {
  return processes.flatMap(({ pid, folder }): Sighting[] => {
    if (folder === undefined || folder === group || folder.startsWith(`${group}/`)) return [];
    return [{ kind: 'left-cgroup', what: folder, service: null, leadsOut: countsThere, pid }];
  });
}
