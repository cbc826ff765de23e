import type { SocketCounts } from '../attribution/remotes/metered-remotes.js';
import type { CounterDelta } from '../counters/delta.js';
import { parseTexts, type Snapshot } from '../counters/snapshot.js';
import type { HeldCounterFiles } from '../counters/take-held-files.js';
import type { Scope } from '../isolation/scope.js';
import type { CgroupMeter } from '../observe/meter/cgroup-meter.js';
import type { Count } from '../traffic/count.js';
import { countTraffic } from '../traffic/count-traffic.js';
import { treeTraffic } from '../traffic/shared/tree-traffic.js';
import { difference, type Reading, takeReading } from './take-reading.js';

/** What was counted, and the counters themselves. */
export type MeterReading = Count & {
  readonly after: Snapshot;
  readonly delta: CounterDelta;
  /** What was counted of the tree's sockets; undefined: they were not. */
  readonly sockets: SocketCounts | undefined;
};

/** What of a scope is needed to count. */
export type Countable = Pick<Scope, 'isolation' | 'readWire'>;

/** Counts what a scope has carried since it was started. */
export class Meter<S extends Countable = Scope> {
  readonly scope: S;
  readonly files: HeldCounterFiles;
  /** Where everything stood when nothing of the command's could have crossed. */
  readonly before: Reading;
  /** Counts the tree's own sockets, where the namespace has others. */
  readonly tree: CgroupMeter | undefined;
  #parsed: Snapshot | undefined;

  static async start<S extends Countable>(scope: S, files: HeldCounterFiles, tree?: CgroupMeter): Promise<Meter<S>> {
    return new Meter(scope, files, { before: await takeReading(scope, files), tree });
  }

  private constructor(scope: S, files: HeldCounterFiles, { before, tree }: Pick<Meter, 'before' | 'tree'>) {
    this.scope = scope;
    this.files = files;
    this.before = before;
    this.tree = tree;
  }

  /** The counters of {@link before}, parsed once. */
  get #snapshotBefore(): Snapshot {
    this.#parsed ??= parseTexts(this.before.texts);
    return this.#parsed;
  }

  /** Does ahead, while the command runs, what the first count would have to do. */
  prepare(): void {
    difference(this.before, this.before, this.#snapshotBefore);
  }

  async count(): Promise<MeterReading> {
    const { scope, files, before, tree } = this;
    const sockets = tree && { remotes: [...tree.remotes()].flat(), totals: tree.read() };
    const { wire, delta, after } = difference(before, await takeReading(scope, files), this.#snapshotBefore);
    const count = tree
      ? treeTraffic(sockets?.totals ?? [], { wire, delta, unseen: tree.unseen, sentPastIp: tree.sentPastIp })
      : countTraffic(scope.isolation, wire, delta);
    return { after, delta, sockets, ...count };
  }
}
