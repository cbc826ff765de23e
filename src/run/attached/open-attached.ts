import { readlinkSync } from 'node:fs';
import { pid as ownPid } from 'node:process';
import { commandLineOf, watchLife } from '../../isolation/machine/process-life.js';
import { sharersOf } from '../../isolation/machine/sharers.js';
import type { CgroupCpu } from '../../linux/cgroup/cgroup-files.js';
import { CgroupView } from '../../linux/cgroup/cgroup-view.js';
import { CgroupHierarchy } from '../../linux/cgroup/hierarchy.js';
import type { Attached } from '../../measurement/measurement.js';
import { findGroup } from '../tree/find-group.js';
import type { AttachedMeter } from './attached-meter.js';
import { noMeter } from './no-meter.js';
import { treeOf } from './process-tree.js';

/** A process, or a control group by any name that {@link findGroup} knows. */
export type AttachTarget = number | { readonly cgroup: string };

/** What was there before, and how it is metered. */
export type Opened = {
  readonly argv: readonly string[];
  readonly attached: Attached;
  /** A process of the network namespace whose counters are read beside. */
  readonly process: number;
  /** Undefined: the namespace's counters are all there is. */
  readonly at: AttachedMeter | undefined;
  readonly isAlive: () => boolean;
};

/** The machine's first pid namespace (PROC_PID_INIT_INO), whose numbers the kernel's programs see. */
const FIRST_PIDS = 'pid:[4026531836]';

/** @throws {NetmeterError} NO_SUCH_PROCESS, NO_SUCH_CGROUP, NO_METER */
export const openAttached = (target: AttachTarget): Promise<Opened> =>
  typeof target === 'number' ? openProcess(target) : openGroup(target.cgroup);

async function openProcess(pid: number): Promise<Opened> {
  const isAlive = watchLife(pid);
  const common = { argv: commandLineOf(pid), process: pid, isAlive };
  const metered = await meterProcess(pid).catch(() => undefined);
  if (metered) return { ...common, ...metered };
  const attached = { pid, metered: 'namespace', cgroup: null, sharedWith: sharersOf(pid) } as const;
  return { ...common, attached, at: undefined };
}

/** @returns undefined, or the error of the kernel: its sockets cannot be counted by themselves here */
async function meterProcess(pid: number): Promise<Pick<Opened, 'attached' | 'at'> | undefined> {
  using hierarchy = CgroupHierarchy.open();
  const folder = hierarchy?.folderOf(pid);
  if (!hierarchy || folder === undefined) return undefined;
  const group = CgroupView.open(folder);
  const tree = treeOf(pid);
  const isFiltered = group.members().some((each) => !tree.has(each) && each !== ownPid);
  if (isFiltered && readlinkSync('/proc/self/ns/pid') !== FIRST_PIDS) {
    group.close();
    return undefined;
  }
  // Loaded here: who has no right for it needs none of it.
  const { AttachedMeter } = await import('./attached-meter.js');
  const at = AttachedMeter.start({ group, pid, isFiltered });
  const metered = isFiltered ? 'tree' : 'cgroup';
  return { at, attached: { pid, metered, cgroup: hierarchy.pathOf(folder), sharedWith: 0 } };
}

async function openGroup(name: string): Promise<Opened> {
  using hierarchy = CgroupHierarchy.open();
  const { folder, path } = findGroup(hierarchy, name);
  const group = CgroupView.open(folder);
  // Before anything else: who comes and goes meanwhile is not waited for.
  const isAlive = lifeOf(group);
  try {
    const { AttachedMeter } = await import('./attached-meter.js');
    const at = AttachedMeter.start({ group, isFiltered: false });
    return {
      argv: [path],
      attached: { pid: null, metered: 'cgroup', cgroup: path, sharedWith: 0 },
      process: group.members()[0] ?? ownPid,
      at,
      isAlive,
    };
  } catch (cause) {
    throw noMeter(path, cause);
  }
}

/**
 * Until it has lost its last process, or was removed; an empty one is waited for. Who came and went between two looks has left
 * CPU time.
 */
export function lifeOf(group: Pick<CgroupView, 'isPopulated' | 'isThere' | 'cpu'>): () => boolean {
  let wasPopulated = group.isPopulated;
  const before = spent(group.cpu);
  return () => {
    const { isPopulated } = group;
    wasPopulated ||= isPopulated || spent(group.cpu) > before;
    return group.isThere && (isPopulated || !wasPopulated);
  };
}

const spent = (cpu: CgroupCpu | undefined) => (cpu ? cpu.userMs + cpu.systemMs : 0);
