/** Where the unified hierarchy of control groups is mounted, and which of its groups is at the mount's root. */
export type CgroupMount = { readonly point: string; readonly root: string };

/**
 * The first mount of cgroup2 in the text of /proc/PID/mountinfo (proc(5)): /sys/fs/cgroup on most machines,
 * /sys/fs/cgroup/unified where version 1 is mounted beside it.
 * @returns undefined where there is none
 */
export function findCgroupMount(mountinfo: string): CgroupMount | undefined {
  for (const line of mountinfo.split('\n')) {
    // Between the mount's own fields and the file system's stands a lone dash, after any number of optional ones.
    const [own = '', fileSystem = ''] = line.split(' - ');
    const [, , , root, point] = own.split(' ');
    if (!fileSystem.startsWith('cgroup2 ') || root === undefined || point === undefined) continue;
    return { point: unescaped(point), root: unescaped(root) };
  }
  return undefined;
}

/** Spaces, tabs, newlines and backslashes are octal there. */
const unescaped = (path: string) =>
  path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/**
 * The folder of a process's group: its line of /proc/PID/cgroup (`0::/PATH`, cgroups(7)) below the mount.
 * @returns undefined where the group is not below what is mounted
 */
export function cgroupFolder({ point, root }: CgroupMount, cgroup: string): string | undefined {
  const path = /^0::(\/.*)$/m.exec(cgroup)?.[1];
  // Of a group that was removed the last processes are still shown; one above the namespace's root begins with /...
  if (path === undefined || path.endsWith(' (deleted)') || path.startsWith('/..')) return undefined;
  if (root === '/') return joined(point, path);
  if (path === root) return point;
  return path.startsWith(`${root}/`) ? joined(point, path.slice(root.length)) : undefined;
}

/** The path that {@link cgroupFolder} makes a folder of. */
export const cgroupPath = ({ point, root }: CgroupMount, folder: string): string =>
  (root === '/' ? '' : root) + folder.slice(point.length) || '/';

/** The points at which controllers of version 1 are mounted. */
export const legacyPoints = (mountinfo: string): string[] =>
  mountinfo.split('\n').flatMap((line) => {
    const [own = '', fileSystem = ''] = line.split(' - ');
    const point = own.split(' ')[4];
    return fileSystem.startsWith('cgroup ') && point !== undefined ? [unescaped(point)] : [];
  });

const joined = (point: string, path: string) => (path === '/' ? point : `${point}${path}`);
