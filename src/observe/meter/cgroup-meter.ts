import { entryPages } from '../../linux/bpf/maps/map-entries.js';
import { possibleCpus } from '../../linux/bpf/possible-cpus.js';
import { Closing } from '../../linux/closing.js';
import type { CgroupGate } from '../gate/cgroup-gate.js';
import { attachPrograms } from './attach-programs.js';
import { KnownConnections } from './connections/known-connections.js';
import { createMaps, type Maps } from './meter-maps.js';
import type { Devices, MeterOptions } from './meter-options.js';
import { MeterSlots } from './meter-slots.js';
import type { OrphanMaps } from './orphans/count-orphans.js';
import type { OrphanTrace } from './orphans/trace-orphans.js';
import type { MeterMaps } from './program-maps.js';
import { type Inside, learnAddresses, learnMtu, learnMtus, readInside, readTotals } from './read-maps.js';
import { decodeRemote, type MeteredRemote } from './remotes/remote-layout.js';
import { SentPastIp } from './sent-past-ip.js';
import type { TotalOf } from './totals.js';
import type { TreeMaps } from './tree/tree-programs.js';

/** Counts in the kernel what the sockets of a control group, and of those below it, send and receive. */
export class CgroupMeter implements Disposable {
  readonly #closing = new Closing();
  readonly #maps: Maps;
  readonly #devices: Pick<MeterMaps, 'places' | 'outer'>;
  /** The run's namespace, while packets name theirs. */
  #network: bigint | undefined;
  readonly #gate: CgroupGate | undefined;
  /**
   * Runs programs that look at the same for other ends. undefined: they have to see what this meter does not count, what others of
   * the group do, or what is refused.
   */
  readonly slots: MeterSlots | undefined;
  /** Those of the tree, as the programs remember them. */
  readonly connections: KnownConnections;
  readonly #cpus = possibleCpus();
  #watchSends: () => SentPastIp | undefined = () => undefined;
  #sends: SentPastIp | undefined;
  /**
   * From now on everything is counted.
   * @param group a descriptor of the control group's folder
   * @param gate refuses packets before they are counted
   * @param tree says whose sockets alone are counted; none: all of the group
   * @throws {LinuxError} bpf(2) is refused (EPERM), or this kernel has not what is needed (EINVAL, before Linux 5.7)
   */
  static attach(group: number, devices: Devices, { tree, gate }: MeterOptions = {}): CgroupMeter {
    const meter = new CgroupMeter(devices, { tree, gate });
    try {
      meter.#attach(group, tree);
      learnMtus(meter.#maps, devices.mtus);
      meter.learnAddresses(devices.network?.addresses ?? []);
      return meter;
    } catch (error) {
      meter[Symbol.dispose]();
      throw error;
    }
  }

  private constructor({ places, network, outer }: Devices, { tree, gate }: MeterOptions) {
    this.#devices = { places, outer };
    this.#network = network?.cookie;
    this.#gate = gate;
    this.#maps = createMaps(this.#closing);
    this.connections = new KnownConnections(this.#maps, this.#cpus);
    this.slots = tree || gate ? undefined : new MeterSlots(this.#closing);
  }

  /** The MTU of a device that has come, or has got another: by it fragments are known. Of more than there is room for it stays unknown. */
  learnMtu(device: number, mtu: number): void {
    learnMtu(this.#maps, device, mtu);
  }

  /** Addresses of the run's namespace: what a namespace of the command's own exchanges with them has not left the machine. */
  learnAddresses(addresses: readonly string[]): void {
    if (this.distinguishesNamespaces) learnAddresses(this.#maps, addresses);
  }

  /** Namespaces that were there before the command are none of its own. @param note notes all of them, or that they are unknown */
  learnNamespaces(note: (noted: Maps['earlier']) => void): void {
    if (this.distinguishesNamespaces) note(this.#maps.earlier);
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
    const orphans = trace({ ...this.#maps, ...this.#devices, network: this.#network });
    if (!orphans) return;
    this.#closing.add(orphans);
    const seesLate = knowsPorts && this.read().every(({ protocol }) => protocol !== 'udp');
    this.connections.watchOrphans(orphans, seesLate);
  }

  /** Octets that the tree has sent past IP, by packet sockets. null: not known (before Linux 6.3, without kprobes). */
  get sentPastIp(): number | null {
    return this.#sends?.octets ?? null;
  }

  /** Octets and packets that a gate has refused. */
  get blocked(): { readonly bytes: number; readonly packets: number } {
    const spent = this.#gate?.spent;
    return { bytes: Number(spent?.blockedOctets ?? 0n), packets: Number(spent?.blockedPackets ?? 0n) };
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
  get distinguishesNamespaces(): boolean {
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
    const { network } = attachPrograms(group, this.#closing, {
      maps: { ...this.#maps, ...this.#devices, owned: tree?.sockets },
      network: this.#network,
      gate: this.#gate?.maps,
      slots: this.slots,
    });
    this.#network = network;
    this.#watchSends = () => this.#closing.add(SentPastIp.watch(group, tree?.processes));
    // Where the ways out are known, their devices see what is sent past IP, too.
    if (!this.#devices.places) this.watchSends();
  }
}
