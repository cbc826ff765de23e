import type { SocketCounts } from '../attribution/remotes/socket-counts.js';
import type { CounterDelta } from '../counters/delta.js';
import { parseTexts, type Snapshot } from '../counters/snapshot.js';
import type { HeldCounterFiles } from '../counters/take-held-files.js';
import type { Scope } from '../isolation/scope.js';
import type { NestedFate } from '../measurement/method.js';
import type { InOut } from '../measurement/traffic.js';
import type { CgroupMeter } from '../observe/meter/cgroup-meter.js';
import type { Count, Tunnels } from '../traffic/count.js';
import { countTraffic } from '../traffic/count-traffic.js';
import { droppedOnTheWay } from '../traffic/dropped.js';
import type { WireDelta } from '../traffic/queue-delta.js';
import { separateBlocked } from '../traffic/separate-blocked.js';
import { settleNested } from '../traffic/shared/settle-nested.js';
import { treeTraffic } from '../traffic/shared/tree-traffic.js';
import { withTunnels } from '../traffic/shared/tunnel-traffic.js';
import { difference, type Reading, takeReading } from './take-reading.js';
import { isShared } from './tree/end-tree.js';

/** What was counted, and the counters themselves. */
export type MeterReading = Count & {
  readonly after: Snapshot;
  readonly delta: CounterDelta;
  readonly wire: WireDelta;
  /** What was counted of the tree's sockets; undefined: they were not. */
  readonly sockets: SocketCounts | undefined;
};

/** What of a scope is needed to count. */
export type Countable = Pick<Scope, 'isolation' | 'readWire' | 'hostAddresses' | 'beside'>;

/** Counts what a scope has carried since it was started. */
export class Meter<S extends Countable = Scope> {
  readonly scope: S;
  readonly files: HeldCounterFiles;
  /** Where everything stood when nothing of the command's could have crossed. */
  readonly before: Reading;
  /** Counts at the tree's own sockets, beside the namespace's counters; undefined: it cannot be done here. */
  readonly sockets: CgroupMeter | undefined;
  /** How what nested namespaces have sent got outside, as far as was seen; undefined: none was. */
  nestedFate: () => NestedFate | undefined = () => undefined;
  /** What TUN and TAP devices of the tree's have moved, when nothing moves any more; undefined: nobody has looked. */
  tunnels: Tunnels | undefined;
  #parsed: Snapshot | undefined;

  static async start<S extends Countable>(scope: S, files: HeldCounterFiles, sockets?: CgroupMeter): Promise<Meter<S>> {
    return new Meter(scope, files, { before: await takeReading(scope, files), sockets });
  }

  private constructor(scope: S, files: HeldCounterFiles, { before, sockets }: Pick<Meter, 'before' | 'sockets'>) {
    this.scope = scope;
    this.files = files;
    this.before = before;
    this.sockets = sockets;
  }

  /** What counts at the tree's sockets, where that is the traffic: the namespace has others' too. */
  get tree(): CgroupMeter | undefined {
    return isShared(this.scope) ? this.sockets : undefined;
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
    const read = this.#readSockets();
    const sockets = read?.counts;
    const { wire, delta, after } = difference(before, await takeReading(scope, files), this.#snapshotBefore);
    if (!tree) return { after, delta, wire, sockets, ...countTraffic(scope.isolation, wire, delta, scope.beside?.()) };
    const { connections, sentPastIp, blocked } = tree;
    const { unseen, late } = connections;
    const seen = { unseen, late, sentPastIp, nested: read?.nested };
    const ofSockets = treeTraffic(sockets?.totals ?? [], { wire, delta, ...seen });
    const count = this.tunnels ? withTunnels(ofSockets, this.tunnels, delta) : ofSockets;
    return {
      after,
      delta,
      wire,
      sockets,
      ...count,
      ...droppedOnTheWay(scope.isolation, wire, delta),
      traffic: separateBlocked(count.traffic, { 'blocked.out': blocked }),
    };
  }

  /** Before the namespace's own counters are read, in which all of it is. */
  #readSockets(): { readonly counts: SocketCounts; readonly nested: InOut<number> } | undefined {
    const { sockets, scope } = this;
    if (!sockets) return undefined;
    const remotes = [...sockets.remotes()].flat();
    const [totals, inside] = [sockets.read(), sockets.inside()];
    const known = [...inside.nested, ...(scope.hostAddresses ?? [])];
    const hasNested = inside.nested.length > 0;
    // In a namespace of the command's own the links show what has left.
    if (!isShared(scope)) return { counts: { remotes, totals, inside: known, hasNested }, nested: { in: 0, out: 0 } };
    const seen = { inside, fate: this.nestedFate(), isDistinguished: sockets.distinguishesNamespaces };
    const { unsure, ...counts } = settleNested({ remotes, totals, ...seen });
    return { counts: { ...counts, inside: known, hasNested }, nested: unsure };
  }
}
