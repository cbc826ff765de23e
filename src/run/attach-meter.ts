import type { Scope } from '../isolation/scope.js';
import type { CgroupMeter } from '../observe/meter/cgroup-meter.js';
import { isShared } from './end-tree.js';
import type { TreeGroup } from './tree-group.js';

/**
 * Counts at the tree's control group, in a namespace that others live in too.
 * @returns undefined where nothing can be counted there: the namespace is the command's own, or the kernel refuses
 */
export async function attachMeter(scope: Scope, group: TreeGroup | undefined): Promise<CgroupMeter | undefined> {
  if (!group || !isShared(scope)) return undefined;
  // Loaded here: where the namespace is the command's own, its links count.
  const [{ CgroupMeter }, { readMtus }] = await Promise.all([
    import('../observe/meter/cgroup-meter.js'),
    import('../observe/meter/read-mtus.js'),
  ]);
  try {
    const mtus = scope.inspect((process) => readMtus(`/proc/${process}/ns/net`));
    return CgroupMeter.attach(group.cgroup.fd, mtus);
  } catch {
    return undefined;
  }
}
