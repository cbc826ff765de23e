import { namespacesOf } from '../../evidence/list-sockets.js';
import { CgroupView } from '../../linux/cgroup/cgroup-view.js';
import type { TreeCount } from '../../traffic/shared/tree-count.js';
import { AttachedMeter } from './attached-meter.js';

/** What was counted since it was asked last. */
export type Increment = {
  readonly counts: readonly TreeCount[];
  readonly unseen: number;
  readonly late: number | null;
  readonly sentPastIp: number | null;
  /** Something of it is not counted, or something else is. */
  readonly isDoubtful: boolean;
};

type Stand = Omit<Increment, 'isDoubtful'>;

/** A control group from its finding to its removal, and on: what its sockets send when it has gone is counted too. */
export class CountedLife implements Disposable {
  readonly #group: CgroupView;
  readonly #at: AttachedMeter;
  #before: Stand;

  /** @throws the file system's error where there is none; {LinuxError} bpf(2) is refused */
  static begin(folder: string): CountedLife {
    return new CountedLife(CgroupView.open(folder));
  }

  private constructor(group: CgroupView) {
    this.#group = group;
    this.#at = AttachedMeter.start({ group, isFiltered: false });
    this.#before = NOTHING;
  }

  /** It had processes when it was found, and what they had moved before is not counted. */
  get wasFoundLate(): boolean {
    return this.#at.wasPopulated;
  }

  /** False once it was removed; one of the same path may have been made since. */
  get isThere(): boolean {
    return this.#group.isThere;
  }

  /** @param network the namespace whose counters are read beside, and bound what the sockets do not see */
  take(network: string | undefined): Increment {
    const { meter, doubts } = this.#at;
    const { counts, unseen, late, sentPastIp } = this.#before;
    const { connections } = meter;
    const ofConnections = () => ({ unseen: connections.unseen, late: connections.late });
    const now = { counts: meter.read(), ...ofConnections(), sentPastIp: meter.sentPastIp };
    this.#before = now;
    const networks = [...namespacesOf(this.#group.members()).keys()];
    const added = addedTo(counts, now.counts);
    const isNested = (each: TreeCount) => each.class === 'nested' && each.count.wireOctets > 0n;
    return {
      // How namespaces that were made there get outside nobody has seen: mostly their packets are forwarded as they are.
      counts: added.map((each) => (['near', 'nested'].includes(each.class) ? { ...each, class: 'external' } : each)),
      unseen: now.unseen - unseen,
      late: now.late === null ? null : now.late - (late ?? 0),
      sentPastIp: now.sentPastIp === null ? null : now.sentPastIp - (sentPastIp ?? 0),
      // Of nobody there is nothing to be doubted: the first doubt of an empty group is none of this one's.
      isDoubtful:
        added.some(isNested) || networks.some((name) => name !== network) || (this.wasFoundLate && doubts.length > 0),
    };
  }

  /** Why the counts are not all of its, or not its alone. */
  get doubts(): readonly string[] {
    return this.wasFoundLate ? this.#at.doubts : [];
  }

  [Symbol.dispose](): void {
    this.#at[Symbol.dispose]();
  }
}

const NOTHING: Stand = { counts: [], unseen: 0, late: 0, sentPastIp: 0 };

/** What was added of each kind; one of which there was no packet before was not listed. */
export function addedTo(before: readonly TreeCount[], after: readonly TreeCount[]): readonly TreeCount[] {
  const kindOf = ({ class: name, family, protocol, way }: TreeCount) => `${name} ${family} ${protocol} ${way}`;
  const known = new Map(before.map((each) => [kindOf(each), each.count]));
  return after.map((each) => ({ ...each, count: less(each.count, known.get(kindOf(each))) }));
}

type Counts = TreeCount['count'];

function less(after: Counts, before: Counts | undefined): Counts {
  if (!before) return after;
  const fields = Object.keys(after) as (keyof Counts)[];
  return Object.fromEntries(fields.map((field) => [field, after[field] - before[field]])) as Counts;
}
