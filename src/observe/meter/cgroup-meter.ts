import { BpfLink } from '../../linux/bpf/bpf-link.js';
import { BpfProgram, type BpfProgramPlan } from '../../linux/bpf/bpf-program.js';
import { entryPages } from '../../linux/bpf/map-entries.js';
import { possibleCpus } from '../../linux/bpf/possible-cpus.js';
import { Closing } from '../../linux/closing.js';
import type { InetSocket } from '../../linux/netlink/sock-diag.js';
import type { CgroupGate } from '../gate/cgroup-gate.js';
import type { Places } from './classify.js';
import { connectionKey, keyOfSocket } from './connections/connection-key.js';
import { rememberConnections } from './connections/connections.js';
import { refusedAtLoopback } from './connections/refused-ports.js';
import { countPackets } from './count-packets.js';
import { firstAccepted, type KnownOfPackets, knownOfPackets } from './known-of-packets.js';
import { createMaps, type Maps } from './meter-maps.js';
import type { Devices, MeterOptions } from './meter-options.js';
import { MeterSlots } from './meter-slots.js';
import { number } from './number.js';
import type { OrphanMaps } from './orphans/count-orphans.js';
import type { OrphanTrace } from './orphans/trace-orphans.js';
import { type Inside, learnAddresses, learnMtus, readConnections, readInside, readTotals } from './read-maps.js';
import { decodeRemote, type MeteredRemote } from './remotes/remote-layout.js';
import { SentPastIp } from './sent-past-ip.js';
import type { TotalOf, Way } from './totals.js';
import type { TreeMaps } from './tree/tree-programs.js';

/** Counts in the kernel what the sockets of a control group, and of those below it, send and receive. */
export class CgroupMeter implements Disposable {
  readonly #closing = new Closing();
  readonly #maps: Maps;
  readonly #places: Places | undefined;
  /** The run's namespace, while packets tell theirs. */
  #network: bigint | undefined;
  readonly #gate: CgroupGate | undefined;
  /**
   * Runs programs that look at the same for other ends. undefined: they have to see what this meter does not count, what others of
   * the group do, or what is refused.
   */
  readonly slots: MeterSlots | undefined;
  readonly #cpus = possibleCpus();
  #watchSends: () => SentPastIp | undefined = () => undefined;
  #sends: SentPastIp | undefined;
  /** Connections that were there before. */
  #adopted = 0;
  /** Connections that were over before packets without a socket were seen; undefined: these are not. */
  #closedUnseen: number | undefined;
  /** No datagram had come or gone by then. */
  #seesLate = false;
  #orphans: OrphanTrace | undefined;

  /**
   * From now on everything is counted.
   * @param group a descriptor of the control group's folder
   * @param gate refuses packets before they are counted
   * @param tree tells whose sockets alone are counted; none: all of the group
   * @throws {LinuxError} bpf(2) is refused (EPERM), or this kernel has not what is needed (EINVAL, before Linux 5.7)
   */
  static attach(group: number, devices: Devices, { tree, gate }: MeterOptions = {}): CgroupMeter {
    const meter = new CgroupMeter(devices, { tree, gate });
    try {
      meter.#attach(group, tree);
      meter.learnMtus(devices.mtus);
      meter.learnAddresses(devices.network?.addresses ?? []);
      return meter;
    } catch (error) {
      meter[Symbol.dispose]();
      throw error;
    }
  }

  private constructor({ places, network }: Devices, { tree, gate }: MeterOptions) {
    this.#places = places;
    this.#network = network?.cookie;
    this.#gate = gate;
    this.#maps = createMaps(this.#closing);
    this.slots = tree || gate ? undefined : new MeterSlots(this.#closing);
  }

  /** The MTU of each device by its number, by which fragments are known. */
  learnMtus(mtus: ReadonlyMap<number, number>): void {
    learnMtus(this.#maps, mtus);
  }

  /** Addresses of the run's namespace: what a namespace of the command's own exchanges with them has not left the machine. */
  learnAddresses(addresses: readonly string[]): void {
    if (this.tellsNamespaces) learnAddresses(this.#maps, addresses);
  }

  /** Counts from now on also what is sent past IP: in a namespace of the command's own, when it has been started. */
  watchSends(): void {
    this.#sends ??= this.#watchSends();
  }

  /**
   * @param trace of trace-orphans.ts, which not every run loads
   * @param knowsPorts no socket of the tree's had a port before the meter was there
   */
  watchOrphans(trace: (maps: OrphanMaps) => OrphanTrace | undefined, knowsPorts = true): void {
    this.#orphans = trace({ ...this.#maps, places: this.#places });
    if (!this.#orphans) return;
    this.#closing.add(this.#orphans);
    this.#seesLate = knowsPorts && this.read().every(({ protocol }) => protocol !== 'udp');
    this.#closedUnseen = readConnections(this.#maps, this.#cpus).closed;
  }

  /** Remembers a connection that was there before. */
  adopt(connection: Pick<InetSocket, 'family' | 'id'>): void {
    this.#maps.connections.update(keyOfSocket(connection), number(1));
    this.#adopted += 1;
  }

  /** Whether a connection is, or was, the tree's. */
  owns(connection: Pick<InetSocket, 'family' | 'id'>): boolean {
    return this.#maps.connections.lookup(keyOfSocket(connection)) !== undefined;
  }

  /** TCP connections that the tree had, or has opened or accepted, so far. */
  get opened(): number {
    return this.#adopted + readConnections(this.#maps, this.#cpus).opened;
  }

  /** Connections, at most, of which packets may have come, or gone, when they were no socket any more, without being counted. */
  get unseen(): number {
    const closed = this.#closedUnseen ?? this.opened - readConnections(this.#maps, this.#cpus).refused;
    return closed + (this.#orphans?.missed ?? 0);
  }

  /**
   * IP octets of datagrams, at most, that came for sockets of the tree's that were closed. null: nobody has seen them, and the
   * kernel's counters alone tell how many came for nobody.
   */
  get late(): number | null {
    if (!this.#seesLate || !this.#orphans || this.#orphans.missed > 0) return null;
    return readConnections(this.#maps, this.#cpus).late;
  }

  /** Ports of loopback where nobody listened for the tree. */
  get refusedPorts(): readonly number[] {
    return readConnections(this.#maps, this.#cpus).refused === 0 ? [] : refusedAtLoopback(this.#maps.connections);
  }

  /** Octets that the tree has sent past IP, by packet sockets. null: nobody can tell (before Linux 6.3, without kprobes). */
  get sentPastIp(): number | null {
    return this.#sends?.octets ?? null;
  }

  /** Octets and packets that a gate has refused. */
  get blocked(): { readonly bytes: number; readonly packets: number } {
    const spent = this.#gate?.spent;
    return { bytes: Number(spent?.blockedOctets ?? 0n), packets: Number(spent?.blockedPackets ?? 0n) };
  }

  /** Whether a connection is, or was, the tree's. @param local and remote as /proc/PID/net/tcp has them */
  knows(local: string, remote: string): boolean {
    return this.#maps.connections.lookup(connectionKey(local, remote)) !== undefined;
  }

  /** What was counted so far; kinds of which there was no packet are left out. */
  read(): TotalOf[] {
    return readTotals(this.#maps, this.#cpus);
  }

  /** What was counted of each remote so far; read before the totals it is in them. */
  *remotes(): Generator<MeteredRemote[]> {
    for (const page of entryPages(this.#maps.remotes)) yield page.map(({ key, value }) => decodeRemote(key, value));
  }

  /** Addresses of the command's own namespaces, and of the run's: who sends there from one of the former does not send outside. */
  inside(): Inside {
    return readInside(this.#maps);
  }

  /** Packets of namespaces of the command's own are distinguished from those of the run's. */
  get tellsNamespaces(): boolean {
    return this.#network !== undefined;
  }

  /** Holds what shall live as long. */
  keep(held: Disposable): void {
    this.#closing.add(held);
  }

  [Symbol.dispose](): void {
    this.#closing[Symbol.dispose]();
  }

  #attach(group: number, tree: TreeMaps | undefined): void {
    const link = (plan: BpfProgramPlan) => {
      // Once attached, the program lives as long as its link.
      using program = BpfProgram.load(plan);
      this.#closing.add(BpfLink.toCgroup(program, group));
    };
    const shared = { ...this.#maps, places: this.#places, owned: tree?.sockets };
    const opened = rememberConnections({ ...shared, next: this.slots?.at('sockOps') });
    link({ type: 'sockOps', name: 'nm_connect', attachment: 'sockOps', code: opened });
    const count = (way: Way, known: KnownOfPackets) => {
      const attachment = way === 'in' ? 'ingress' : 'egress';
      const code = countPackets(way, { ...shared, ...known, next: this.slots?.at(attachment) }, this.#gate?.maps);
      link({ type: 'cgroupSkb', name: `nm_${way}`, attachment, code });
    };
    const known = firstAccepted(knownOfPackets(this.#network), (choice) => count('in', choice));
    this.#network = known.network;
    count('out', known);
    this.#watchSends = () => this.#closing.add(SentPastIp.watch(group, tree?.processes));
    // Where the ways out are known, their devices see what is sent past IP, too.
    if (!this.#places) this.watchSends();
  }
}
