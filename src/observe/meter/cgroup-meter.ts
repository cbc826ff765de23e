import type { Assembler } from '../../linux/bpf/assembler.js';
import { BpfLink } from '../../linux/bpf/bpf-link.js';
import { BpfMap, type BpfMapPlan } from '../../linux/bpf/bpf-map.js';
import { BpfProgram, type BpfProgramPlan } from '../../linux/bpf/bpf-program.js';
import { Btf } from '../../linux/bpf/btf.js';
import { entryPages } from '../../linux/bpf/map-entries.js';
import { possibleCpus } from '../../linux/bpf/possible-cpus.js';
import { Closing } from '../../linux/closing.js';
import type { InetSocket } from '../../linux/netlink/sock-diag.js';
import type { CgroupGate } from '../gate/cgroup-gate.js';
import type { Places } from './classify.js';
import { connectionKey, keyOfSocket } from './connection-key.js';
import { CONNECTION, CONNECTION_COUNTS, MOST_CONNECTIONS, rememberConnections } from './connections.js';
import { countOrphans, countResets } from './count-orphans.js';
import { countPackets } from './count-packets.js';
import { ORPHAN_TYPES, orphanLayout } from './orphan-layout.js';
import { countPacketSends, PACKET_SENDS } from './packet-sends.js';
import {
  decodeRemote,
  INSIDE_KEY,
  insideAddress,
  type MeteredRemote,
  MOST_INSIDE,
  MOST_REMOTES,
  REMOTE,
  REMOTE_KEY,
  ROLES,
} from './remote-layout.js';
import { decodeTotals, TOTAL, TOTALS_COUNT, type TotalOf } from './totals.js';
import type { TreeMaps } from './tree-programs.js';

/** Devices that may come and go during a run. */
const MOST_DEVICES = 4096;

/** What is known of the devices, before anything is counted. */
export type Devices = {
  readonly mtus: ReadonlyMap<number, number>;
  /** Absent: every device leads out. */
  readonly places?: Places | undefined;
};
export type MeterOptions = { readonly tree?: TreeMaps | undefined; readonly gate?: CgroupGate | undefined };

/** Counts in the kernel what the sockets of a control group, and of those below it, send and receive. */
export class CgroupMeter implements Disposable {
  readonly #closing = new Closing();
  readonly #totals: BpfMap;
  readonly #mtus: BpfMap;
  readonly #connections: BpfMap;
  readonly #counts: BpfMap;
  readonly #sends: BpfMap;
  readonly #groups: BpfMap;
  readonly #remotes: BpfMap;
  readonly #roles: BpfMap;
  readonly #inside: BpfMap;
  readonly #places: Places | undefined;
  readonly #cpus = possibleCpus();
  #traceSends: () => void = () => {};
  /** Connections that were there before. */
  #adopted = 0;
  readonly #gate: CgroupGate | undefined;
  /** Connections that were over before packets without a socket were seen; undefined: these are not. */
  #closedUnseen: number | undefined;

  /**
   * From now on everything is counted.
   * @param group a descriptor of the control group's folder
   * @param gate refuses packets before they are counted
   * @param tree tells whose sockets alone are counted; none: everybody's in the group
   * @throws {LinuxError} bpf(2) is refused (EPERM), or this kernel has not what is needed (EINVAL, before Linux 5.7)
   */
  static attach(group: number, { mtus, places }: Devices, { tree, gate }: MeterOptions = {}): CgroupMeter {
    const meter = new CgroupMeter(places, gate);
    try {
      meter.#attach(group, tree);
      meter.learnMtus(mtus);
      return meter;
    } catch (error) {
      meter[Symbol.dispose]();
      throw error;
    }
  }

  private constructor(places: Places | undefined, gate: CgroupGate | undefined) {
    this.#places = places;
    this.#gate = gate;
    const map = (plan: BpfMapPlan) => this.#closing.add(BpfMap.create(plan));
    const sizes = { keySize: 4, valueSize: TOTAL.size };
    const totals = { ...sizes, valueSize: TOTALS_COUNT * TOTAL.size, maxEntries: 1 };
    this.#totals = map({ type: 'perCpuArray', name: 'nm_totals', ...totals });
    const remotes = { keySize: REMOTE_KEY.size, valueSize: REMOTE.size, maxEntries: MOST_REMOTES };
    this.#remotes = map({ type: 'hash', name: 'nm_remotes', ...remotes, isGrown: true });
    const roles = { keySize: 4, valueSize: ROLES.ports, maxEntries: ROLES.tables.length };
    this.#roles = map({ type: 'array', name: 'nm_roles', ...roles });
    const inside = { keySize: INSIDE_KEY, valueSize: 4, maxEntries: MOST_INSIDE };
    this.#inside = map({ type: 'hash', name: 'nm_inside', ...inside, isGrown: true });
    this.#mtus = map({
      type: 'hash',
      name: 'nm_mtus',
      ...sizes,
      valueSize: 4,
      maxEntries: MOST_DEVICES,
      isGrown: true,
    });
    const connection = { keySize: CONNECTION.size, valueSize: 4, maxEntries: MOST_CONNECTIONS };
    this.#connections = map({ type: 'lruHash', name: 'nm_connections', ...connection });
    const counts = { keySize: 4, valueSize: CONNECTION_COUNTS.size, maxEntries: 1 };
    this.#counts = map({ type: 'perCpuArray', name: 'nm_counts', ...counts });
    const sends = { ...counts, valueSize: PACKET_SENDS.size };
    this.#sends = map({ type: 'perCpuArray', name: 'nm_sends', ...sends });
    this.#groups = map({ type: 'cgroupArray', name: 'nm_groups', ...counts, valueSize: 4 });
  }

  /** The MTU of each device by its number, by which fragments are known. */
  learnMtus(mtus: ReadonlyMap<number, number>): void {
    for (const [device, mtu] of mtus) this.#mtus.update(numbers(device), numbers(mtu));
  }

  /**
   * Counts from now on also what comes for connections that are no socket any more, and its answers; and what is sent past IP. It takes the time to
   * read the kernel's types, 20 ms: for when the command has been started.
   */
  watchOrphans(): void {
    if (this.#places) this.#traceSends();
    const layout = attempt(() => orphanLayout(Btf.read(ORPHAN_TYPES)));
    if (!layout) return;
    const maps = { connections: this.#connections, ...this.#counting };
    const watches = attempt(() => {
      this.#trace('kfree_skb', countOrphans(layout, maps));
      this.#trace('tcp_send_reset', countResets(layout, maps));
      return true;
    });
    if (watches) this.#closedUnseen = this.#connectionCounts().closed;
  }

  /** Remembers a connection that was there before. */
  adopt(connection: Pick<InetSocket, 'family' | 'id'>): void {
    this.#connections.update(keyOfSocket(connection), numbers(1));
    this.#adopted += 1;
  }

  /** Whether a connection is, or was, the tree's. */
  owns(connection: Pick<InetSocket, 'family' | 'id'>): boolean {
    return this.#connections.lookup(keyOfSocket(connection)) !== undefined;
  }

  /** TCP connections that the tree had, or has opened or accepted, so far. */
  get opened(): number {
    return this.#adopted + this.#connectionCounts().opened;
  }

  /** Connections of which packets may have come, or gone, when they were no socket any more, without being counted. */
  get unseen(): number {
    return this.#closedUnseen ?? this.opened - this.#connectionCounts().refused;
  }

  /** Octets that the tree has sent past IP, by packet sockets; 0 before Linux 6.3, too. */
  get sentPastIp(): number {
    const values = this.#sends.lookup(numbers(0), PACKET_SENDS.size * this.#cpus) ?? Buffer.alloc(0);
    return Number(PACKET_SENDS.sum(values).octets);
  }

  /** Octets and packets that a gate has refused. */
  get blocked(): { readonly bytes: number; readonly packets: number } {
    const spent = this.#gate?.spent;
    return { bytes: Number(spent?.blockedOctets ?? 0n), packets: Number(spent?.blockedPackets ?? 0n) };
  }

  /** Whether a connection is, or was, the tree's. @param local and remote as /proc/PID/net/tcp has them */
  knows(local: string, remote: string): boolean {
    return this.#connections.lookup(connectionKey(local, remote)) !== undefined;
  }

  /** What was counted so far. */
  read(): TotalOf[] {
    return decodeTotals(this.#totals.lookup(numbers(0), TOTALS_COUNT * TOTAL.size * this.#cpus) ?? Buffer.alloc(0));
  }

  /** What was counted of each remote so far; read before the totals it is in them. */
  *remotes(): Generator<MeteredRemote[]> {
    for (const page of entryPages(this.#remotes)) yield page.map(({ key, value }) => decodeRemote(key, value));
  }

  /** Addresses of the command's own namespaces: who sends there from another of them does not send outside. */
  inside(): string[] {
    return [...this.#inside.keys()].map(insideAddress);
  }

  [Symbol.dispose](): void {
    this.#closing[Symbol.dispose]();
  }

  get #counting() {
    const [totals, remotes, roles, inside] = [this.#totals, this.#remotes, this.#roles, this.#inside];
    return { totals, remotes, roles, inside, places: this.#places };
  }

  #connectionCounts() {
    const values = this.#counts.lookup(numbers(0), CONNECTION_COUNTS.size * this.#cpus) ?? Buffer.alloc(0);
    const { opened, closed, refused } = CONNECTION_COUNTS.sum(values);
    return { opened: Number(opened), closed: Number(closed), refused: Number(refused) };
  }

  #attach(group: number, tree: TreeMaps | undefined): void {
    const owned = tree?.sockets;
    const maps = { ...this.#counting, mtus: this.#mtus, owned };
    const gate = this.#gate?.maps;
    const link = (plan: BpfProgramPlan) => {
      // Once attached, the program lives as long as its link.
      using program = BpfProgram.load(plan);
      this.#closing.add(BpfLink.toCgroup(program, group));
    };
    const connections = { connections: this.#connections, counts: this.#counts, owned };
    link({ type: 'sockOps', name: 'nm_connect', attachment: 'sockOps', code: rememberConnections(connections) });
    link({ type: 'cgroupSkb', name: 'nm_in', attachment: 'ingress', code: countPackets('in', maps, gate) });
    link({ type: 'cgroupSkb', name: 'nm_out', attachment: 'egress', code: countPackets('out', maps, gate) });
    this.#groups.update(numbers(0), numbers(group));
    const sends = { sends: this.#sends, groups: this.#groups, processes: tree?.processes };
    this.#traceSends = () => attempt(() => this.#trace('sock_send_length', countPacketSends(sends)));
    // Where the ways out are known, their queues count what is sent past IP, and this only explains it.
    if (!this.#places) this.#traceSends();
  }

  #trace(tracepoint: string, code: Assembler): void {
    using program = BpfProgram.load({ type: 'rawTracepoint', name: `nm_${tracepoint}`, code });
    this.#closing.add(BpfLink.toTracepoint(program, tracepoint));
  }
}

/** Undefined where the kernel refuses. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function numbers(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
