import type { SocketCounts } from '../../attribution/remotes/socket-counts.js';
import { asFarAsSeen } from '../../attribution/seen-queries.js';
import type { Boundary } from '../../boundary.js';
import type { Egress } from '../../isolation/limits/destinations.js';
import type { Scope } from '../../isolation/scope.js';
import type { Place } from '../../linux/bpf/program-slot.js';
import type { MeasureOptions } from '../../measure-options.js';
import type { Attempt } from '../../measurement/isolation.js';
import type { ProcessUse } from '../../measurement/processes.js';
import type { DnsUse, RemoteUse } from '../../measurement/remotes.js';
import type { Protocol, Traffic } from '../../measurement/traffic.js';
import type { CgroupMeter } from '../../observe/meter/cgroup-meter.js';
import type { Reading } from '../take-reading.js';
import type { TreeGroup } from '../tree/tree-group.js';
import { ConnectionWatch } from './connection-watch.js';
import { countsAll } from './counts-all.js';
import { NameWatch } from './name-watch.js';
import { ProcessWatch } from './process-watch.js';
import { refuseNames } from './refuse-names.js';

/** What the report says of who and whereto; each part is absent where nothing could be seen of it. */
export type Explanation = { readonly remotes?: RemoteUse; readonly processes?: ProcessUse; readonly dns?: DnsUse };

/** What a run asks for. */
export type Wanted = Pick<MeasureOptions, 'reverseDns' | 'publish'> & {
  /** Which process used the network. */
  readonly byProcess: boolean;
  readonly boundary: Boundary;
};

/** What is to be explained. */
export type Explained = {
  readonly traffic: Traffic;
  /** What was counted of the tree's sockets, where they were. */
  readonly sockets: SocketCounts | undefined;
  readonly protocol: Pick<Protocol, 'tcp'>;
};

type Bounds = {
  readonly group: number | undefined;
  readonly egress: Egress | undefined;
  /** Runs programs for the group, if anything does. */
  readonly slots: Place | undefined;
};

const FAILED = { evidence: 'none', reason: 'their observer failed' } as const;

/** Watches a run from beside, and explains its numbers at the end. */
export class Observers implements Disposable {
  readonly #boundary: Boundary;
  readonly #names: NameWatch;
  readonly #reverseDns: boolean;
  readonly #processes: ProcessWatch | undefined;
  readonly #connections: ConnectionWatch | undefined;
  #startedAt = 0;
  /** Whether nothing had crossed before each remote was counted; undefined: they are not. */
  #isWhole: Promise<boolean | undefined> = Promise.resolve(undefined);

  /** For the moment at which the scope has begun to be made: what takes the kernel time is done beside that. */
  constructor({ byProcess, boundary, reverseDns = false, publish = [] }: Wanted) {
    this.#boundary = boundary;
    this.#names = new NameWatch(boundary);
    this.#reverseDns = reverseDns;
    const ownPorts = publish.flatMap(({ inner, protocol }) => (protocol === 'tcp' ? [inner] : []));
    this.#processes = byProcess ? new ProcessWatch(boundary) : undefined;
    this.#connections = byProcess ? new ConnectionWatch(ownPorts, boundary) : undefined;
  }

  /** @param group the tree's, where it may get one. @param meter at the group, which may come to be */
  scopeOpened(
    scope: Scope,
    group: TreeGroup | undefined,
    meter: Promise<Pick<CgroupMeter, 'slots'> | undefined>,
  ): void {
    const slots = meter.then(
      (found) => found?.slots,
      () => undefined,
    );
    this.#names.start(scope, group && { cgroup: group.cgroup, ready: () => group.ready(), slots });
  }

  /**
   * Before the command is started.
   * @param before what was counted when nothing of the command's could have crossed
   * @param group a descriptor of the tree's control group, where it has one; egress: destinations whose names decide
   * @throws {NetmeterError} SETUP_FAILED: names decide where the command may send to, and cannot be seen
   */
  async ready(scope: Scope, before: Reading, { group, egress, slots }: Bounds): Promise<void> {
    this.#startedAt = before.texts.at;
    this.#isWhole = this.#boundary.attempt('remotes', () => countsAll(scope, before.wire), undefined);
    await Promise.all([
      this.#boundary.attempt('processes', () => this.#processes?.ready(scope, group), undefined),
      this.#boundary.attempt(
        'connections',
        () => this.#connections?.ready(scope, group === undefined ? undefined : (slots ?? group)),
        undefined,
      ),
    ]);
    const isFirst = await this.#names.isFirst();
    if (egress && !isFirst) await refuseNames(egress);
  }

  /** Attempts with the names that resolved to their addresses; for after {@link explain}. */
  named(attempts: readonly Attempt[] | null): readonly Attempt[] | null {
    if (!attempts) return null;
    return attempts.map((attempt) => {
      const names = this.#names.namesOf(attempt.address);
      return names.length > 0 ? { ...attempt, names } : attempt;
    });
  }

  /** In the same turn as the command's spawn. */
  commandStarted(pid: number): void {
    this.#boundary.guard('processes', () => this.#processes?.commandStarted(pid))();
  }

  look(): void {
    this.#boundary.guard('processes', () => this.#processes?.look())();
  }

  /** When nothing of the command's is left. */
  async explain(scope: Scope, { traffic, sockets, protocol }: Explained): Promise<Explanation> {
    const [isWhole, found, dns, seen] = await Promise.all([
      this.#isWhole,
      this.#boundary.attempt('processes', () => this.#processes?.finish(), this.#processes && FAILED),
      this.#names.finish(),
      this.#boundary.attempt('connections', () => this.#connections?.finish(protocol.tcp), undefined),
    ]);
    // Loaded here: while the command starts every millisecond counts, and now none does.
    const { explain } = await import('./explain.js');
    const { namesOf } = this.#names;
    const { resetsSent } = protocol.tcp;
    const question = {
      ...{ scope, traffic, sockets, isWhole, found, namesOf, seen, resetsSent },
      startedAt: this.#startedAt,
      reverseDns: this.#reverseDns,
    };
    const explained = await this.#boundary.attempt('explanation', () => explain(question), {});
    return { ...explained, ...(dns && { dns: asFarAsSeen(dns, this.#names.servers, explained.remotes) }) };
  }

  [Symbol.dispose](): void {
    this.#names[Symbol.dispose]();
    this.#processes?.[Symbol.dispose]();
    this.#connections?.[Symbol.dispose]();
  }
}
