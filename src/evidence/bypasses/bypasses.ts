import { addSightings, type BypassList, type Sighting } from '../../attribution/bypasses/bypass-list.js';
import { childNamespaces, type Resident } from '../../attribution/bypasses/child-namespaces.js';
import { leftGroup } from '../../attribution/bypasses/left-group.js';
import { unixBypasses } from '../../attribution/bypasses/unix-bypasses.js';
import { parseUnixSockets } from '../../counters/unix-sockets.js';
import { MarkedTree } from '../../isolation/machine/members/marked-tree.js';
import { networkOf } from '../../isolation/machine/members/namespace-members.js';
import type { Scope } from '../../isolation/scope.js';
import { readText } from '../../isolation/tools/read-text.js';
import type { NestedFate } from '../../measurement/method.js';
import type { Milliseconds } from '../../units.js';
import { Descriptors } from './descriptors.js';
import type { GroupView } from './group-view.js';
import { HandedDownSockets } from './handed-down-sockets.js';
import type { NestedTransports } from './nested-transports.js';
import { UnixClients } from './unix-clients.js';

/** Of one look; a bigger tree is gone through over several. After the last there is none. */
const DESCRIPTORS_MS = { one: 15, last: 1000 } as const;
/** A job's own containers are many and alike. */
const MOST_NAMESPACES = 4;

/** When a look was, and whether there will be another one. */
export type Look = { readonly atMs: Milliseconds; readonly isLast: boolean };

/** Finds, look by look, what leads out of a command's tree past the counters of its namespace. */
export class Bypasses implements Disposable {
  readonly #scope: Scope;
  readonly #group: GroupView | undefined;
  /** Others live in the scope's namespace too, and the scope knows the tree by its marks alone. */
  readonly #shared: boolean;
  readonly #marked: MarkedTree | undefined;
  readonly #own = networkOf('self') ?? '';
  readonly #descriptors = new Descriptors();
  /** Of namespaces that the job has made, where their packets are counted. */
  #transports: NestedTransports | undefined;
  readonly #unix: UnixClients;
  readonly #handedDown: HandedDownSockets;
  #found: BypassList = [];

  /** @param group the tree's control group, where it has one */
  constructor(scope: Scope, group?: GroupView) {
    this.#scope = scope;
    this.#group = group;
    this.#shared = scope.isolation.kind === 'host' || scope.isolation.kind === 'join';
    this.#unix = new UnixClients(scope, !this.#shared);
    this.#handedDown = new HandedDownSockets(scope.network === this.#own, group);
    // The scope lists who lives in its namespace; who has left it is known by the mark, or by a parent.
    this.#marked = this.#shared ? undefined : new MarkedTree(scope.marks['NETMETER_RUN']);
  }

  get found(): BypassList {
    return this.#found;
  }

  /** @param made namespaces of the command's own in which it has made sockets */
  nestedFate(made: number): NestedFate | undefined {
    return this.#transports ? this.#transports.fate(made) : made > 0 ? 'unknown' : undefined;
  }

  async look({ atMs, isLast }: Look): Promise<void> {
    const inside = this.#scope.processes();
    const marked = this.#marked?.members() ?? inside;
    const tree = [...new Set([...inside, ...marked])];
    const left = this.#livingElsewhere(this.#shared ? tree : tree.filter((pid) => !inside.includes(pid)));
    if (this.#group?.isCounted) await this.#lookForTransports(left.filter(({ namespace }) => namespace !== this.#own));
    const { owners, complete } = this.#descriptors.look(tree, DESCRIPTORS_MS[isLast ? 'last' : 'one']);
    // Now, while they live: what follows waits for the kernel.
    const names = new Map([...owners.values(), ...left.map(({ pid }) => pid)].map((pid) => [pid, nameOf(pid)]));
    const sockets = this.#scope.inspect(unixSocketsOf);
    const sightings = [
      ...childNamespaces(left, { scope: this.#scope.network, own: this.#own }),
      ...(await this.#unix.bypasses(sockets, owners)),
      ...this.#unixBypassesOf(left, owners),
      ...(await this.#handedDown.look(sockets, owners)),
      ...this.#outOfGroup(marked),
    ];
    // A server of the tree that was not looked into is easily taken for one outside.
    const sure = sightings.filter(({ kind, service }) => complete || kind !== 'unix-socket' || service !== null);
    this.#found = addSightings(this.#found, sure, { atMs, name: (pid) => names.get(pid) ?? nameOf(pid) });
  }

  [Symbol.dispose](): void {
    this.#transports?.[Symbol.dispose]();
    this.#unix[Symbol.dispose]();
  }

  async #lookForTransports(made: readonly Resident[]): Promise<void> {
    if (made.length === 0) return;
    // Loaded here: most jobs make no namespace.
    const { NestedTransports } = await import('./nested-transports.js');
    this.#transports ??= new NestedTransports();
    this.#transports.look(made);
  }

  #livingElsewhere(pids: readonly number[]): Resident[] {
    const scope = this.#scope.network;
    return pids.flatMap((pid) => {
      const namespace = networkOf(pid);
      // The command itself, on its way in.
      if (namespace === undefined || namespace === scope || nameOf(pid) === 'nsenter') return [];
      const route = (file: string) => textOf(`/proc/${pid}/net/${file}`);
      return [{ pid, namespace, routes: { ipv4: route('route'), ipv6: route('ipv6_route') } }];
    });
  }

  /** Namespaces that the job has made: their sockets are in lists of their own. */
  #unixBypassesOf(left: readonly Resident[], owners: ReadonlyMap<string, number>): Sighting[] {
    const made = new Map(left.flatMap(({ namespace, pid }) => (namespace === this.#own ? [] : [[namespace, pid]])));
    return [...made.values()].slice(0, MOST_NAMESPACES).flatMap((pid) => {
      const sockets = unixSocketsOf(pid);
      return unixBypasses({ sockets, owners, peers: undefined, exclusive: true });
    });
  }

  /** Those with the run's mark: netmeter's own helpers are in its own group. */
  #outOfGroup(marked: readonly number[]): Sighting[] {
    if (this.#group === undefined) return [];
    const processes = marked.map((pid) => ({ pid, folder: this.#group?.folderOf(pid) }));
    return leftGroup(processes, this.#group.folder, this.#group.isCounted);
  }
}

const unixSocketsOf = (process: number | 'thread-self') => parseUnixSockets(textOf(`/proc/${process}/net/unix`));

const nameOf = (pid: number) => textOf(`/proc/${pid}/comm`).trimEnd() || null;

/** Of a file of /proc; empty for a process that has ended, or may not be looked into. Names of programs and sockets are bytes of any kind. */
const textOf = (file: string) => readText(file) ?? '';
