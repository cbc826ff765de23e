import { readFileSync, statSync } from 'node:fs';
import { normalize } from 'node:path';
import { NetmeterError } from '../../errors.js';
import { legacyPoints } from '../../linux/cgroup/find-folder.js';
import type { CgroupHierarchy } from '../../linux/cgroup/hierarchy.js';

/** A control group: its folder, and its path as /proc/PID/cgroup has it. */
export type FoundGroup = { readonly folder: string; readonly path: string };

/**
 * Finds the folder that a control group has, or would have, by what somebody calls it: a line of /proc/PID/cgroup, the path
 * in it, or a folder below the mount of cgroup2.
 * @throws {NetmeterError} NO_SUCH_CGROUP: it is of version 1, or nothing of version 2 is to be seen
 */
export function placeGroup(hierarchy: CgroupHierarchy | undefined, name: string): FoundGroup {
  const legacy = refuse(`${name} is a control group of version 1, whose sockets cannot be counted`);
  if (/^[1-9]\d*:[^:]*:/.test(name)) throw legacy;
  const path = normalize(`/${name.replace(/^0::/, '')}`).replace(/(?<=.)\/$/, '');
  if (!hierarchy) throw refuse('there are no control groups of version 2');
  const mounts = legacyPoints(readFileSync('/proc/self/mountinfo', 'utf8'));
  if (mounts.some((point) => path === point || path.startsWith(`${point}/`))) throw legacy;
  const folder = hierarchy.folderAt(path);
  if (folder === undefined) throw refuse(`the control group ${name} cannot be seen from here`);
  return { folder, path: hierarchy.pathOf(folder) };
}

/** @throws {NetmeterError} NO_SUCH_CGROUP: there is none, or it is no control group */
export function findGroup(hierarchy: CgroupHierarchy | undefined, name: string): FoundGroup {
  const found = placeGroup(hierarchy, name);
  const isThere = (file: string) => statSync(file, { throwIfNoEntry: false });
  const folder = isThere(found.folder);
  if (!folder) throw refuse(`there is no control group ${found.path} (${found.folder})`);
  if (!folder.isDirectory()) throw refuse(`${found.folder} is a file and not the folder of a control group`);
  if (!isThere(`${found.folder}/cgroup.procs`)) throw refuse(`${found.folder} is no control group`);
  return found;
}

const refuse = (message: string) => new NetmeterError('NO_SUCH_CGROUP', message);
