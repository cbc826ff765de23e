import { pid as ownPid } from 'node:process';
import { namespacesOf } from '../../evidence/list-sockets.js';
import type { CgroupView } from '../../linux/cgroup/cgroup-view.js';
import { netnsCookie } from '../../linux/netns-cookie.js';
import { CgroupMeter } from '../../observe/meter/cgroup-meter.js';
import { followMtus } from '../../observe/meter/follow-mtus.js';
import type { Devices } from '../../observe/meter/meter-options.js';
import { traceOrphans } from '../../observe/meter/orphans/trace-orphans.js';
import { readDevices } from '../../observe/meter/read-devices.js';
import { TreeFilter } from '../../observe/meter/tree/tree-filter.js';
import type { LivingTree } from '../observers/attached-processes.js';
import { addressesOf, followAddresses, within } from '../scope-addresses.js';
import { adoptSockets, type Present } from './adopt-sockets.js';
import { despiteEnds } from './despite-ends.js';
import { byAge, treeOf } from './process-tree.js';

/** How often it is looked for who has been started meanwhile. */
const LOOKS = 10;

/** Who is metered. */
export type Attached = {
  readonly group: CgroupView;
  /** The process whose tree it is about; absent: all that is in the group. */
  readonly pid?: number;
  /** The tree alone is counted, not the rest of its group. */
  readonly isFiltered: boolean;
};

/** Counts what is moved by sockets of a control group, or of a process tree in it, that were there before. */
export class AttachedMeter implements Disposable {
  readonly meter: CgroupMeter;
  /** Why the number is not all of theirs, or not theirs alone. */
  readonly doubts: readonly string[];
  /** The group had processes when its packets began to be counted: what those had moved before is not. */
  readonly wasPopulated: boolean;
  /** performance.now() when packets began to be counted. */
  readonly since: number;
  readonly #filter: TreeFilter | undefined;
  readonly #group: CgroupView;
  readonly #pid: number | undefined;

  /**
   * Takes the group over, which is let go of with it.
   * @throws {LinuxError} bpf(2) is refused; or another error of the kernel's files
   */
  static start(attached: Attached): AttachedMeter {
    try {
      return despiteEnds(() => AttachedMeter.#start(attached));
    } catch (error) {
      attached.group.close();
      throw error;
    }
  }

  static #start({ group, pid, isFiltered }: Attached): AttachedMeter {
    let filter: TreeFilter | undefined;
    let meter: CgroupMeter | undefined;
    try {
      if (isFiltered) filter = TreeFilter.follow(group.fd);
      const tree = pid === undefined ? new Set(group.members()) : followed(pid, filter);
      const namespaces = namespacesOf(tree);
      const place = placeOf([...namespaces.values()]);
      meter = CgroupMeter.attach(group.fd, place ? devicesAt(place) : { mtus: new Map() }, { tree: filter });
      const attachedAt = performance.now();
      if (place) followAll(meter, place);
      const wasPopulated = group.isPopulated;
      meter.watchOrphans(traceOrphans, !wasPopulated);
      const doubts = adoptSockets({ group, tree, filter, meter, namespaces });
      // Of a tree among others, sockets that were open before are counted once they are known.
      const since = filter ? performance.now() : attachedAt;
      return new AttachedMeter({ meter, filter, group, pid, since, wasPopulated, doubts });
    } catch (error) {
      meter?.[Symbol.dispose]();
      filter?.[Symbol.dispose]();
      throw error;
    }
  }

  /** Whose sockets' messages name the remotes. */
  get naming() {
    return { cgroup: this.#group, sockets: this.#filter?.sockets };
  }

  /** Whose processes are counted: a tree, or all that are in the group. */
  get living(): LivingTree {
    const [pid, group] = [this.#pid, this.#group];
    const list = () => (pid === undefined ? byAge(group.members()) : treeOf(pid));
    return { of: pid === undefined ? 'group' : 'tree', list, group: this.#filter ? undefined : group.fd };
  }

  private constructor({ meter, filter, group, pid, since, wasPopulated, doubts }: Parts) {
    this.meter = meter;
    this.since = since;
    this.wasPopulated = wasPopulated;
    this.#filter = filter;
    this.#group = group;
    this.#pid = pid;
    this.doubts = doubts;
  }

  [Symbol.dispose](): void {
    this.meter[Symbol.dispose]();
    this.#filter?.[Symbol.dispose]();
    this.#group.close();
  }
}

type Parts = Pick<Present, 'meter' | 'filter' | 'group'> & { readonly pid: number | undefined } & Pick<
    AttachedMeter,
    'since' | 'wasPopulated' | 'doubts'
  >;

/** The tree, of which each process' children are followed from now on. */
function followed(pid: number, filter: TreeFilter | undefined): ReadonlySet<number> {
  let tree = treeOf(pid);
  for (let look = 0, known = 0; look < LOOKS && known < tree.size; look++, tree = treeOf(pid)) {
    known = tree.size;
    for (const each of tree) filter?.addProcess(each);
  }
  return tree;
}

type Place = Parameters<typeof addressesOf>[0];

/**
 * The network namespace that theirs are distinguished from which they make: where nobody is there yet, netmeter's own.
 * @returns undefined where they live in several
 */
function placeOf([pid = ownPid, ...others]: readonly number[]): Place | undefined {
  return others.length > 0 ? undefined : { inspect: (work) => work(pid) };
}

/** MTUs go by a device's number, which is unique in one namespace alone. */
function devicesAt(place: Place): Devices {
  const cookie = within(place, () => netnsCookie());
  return {
    ...place.inspect((process) => readDevices(`/proc/${process}/ns/net`, false)),
    network: cookie === undefined ? undefined : { cookie, addresses: addressesOf(place) },
  };
}

function followAll(meter: CgroupMeter, place: Place): void {
  meter.keep(within(place, () => followMtus((device, mtu) => meter.learnMtu(device, mtu))));
  if (meter.distinguishesNamespaces) meter.keep(followAddresses(place, (addresses) => meter.learnAddresses(addresses)));
}
