import { pid } from 'node:process';
import type { BpfProgram } from '../../linux/bpf/bpf-program.js';
import { Closing } from '../../linux/closing.js';
import { addressBytes } from '../../linux/ip/ip-address.js';
import { AdoptedProcesses } from './adopt-processes.js';
import { attachPrograms } from './attach-programs.js';
import {
  addOthers,
  type CountedOthers,
  type ProcessCounts,
  readAll,
  readOthers,
  readState,
  takeEnded,
  ZERO,
} from './process-counts.js';
import { CONTROL } from './process-layout.js';
import { createMaps, MOST, type ProcessMaps } from './process-maps.js';

/**
 * Counts in the kernel what the processes of a tree send and receive, each by itself and with each remote, and follows
 * them from their forks to their ends. Nothing need be read before the end: what has no room is counted together.
 */
export class ProcessCounter implements Disposable {
  readonly #closing = new Closing();
  readonly #maps: ProcessMaps;
  readonly #most: typeof MOST;
  readonly #own: bigint;
  readonly #programs: readonly BpfProgram[];
  #hosts: readonly string[] = [];
  #hasGroup = false;
  #taken = { ended: 0, pairs: 0 };
  /** Undefined: the whole tree is started while it is counted. */
  readonly adopted: AdoptedProcesses | undefined;

  /**
   * @param most how many of each there may be
   * @param living who was there before is taken in, from the command itself on, or whoever is in a control group
   * @throws {LinuxError} bpf(2) is refused (EPERM), or the kernel lacks what is needed (ENOENT, EINVAL: before Linux 6.3);
   *   {Error} the kernel's structures are not those that are known
   */
  constructor(most: Partial<typeof MOST> = {}, living?: 'tree' | 'group') {
    this.#most = { ...MOST, ...most };
    try {
      this.#maps = createMaps((map) => this.#closing.add(map), most);
      addOthers(this.#maps);
      this.adopted = living && new AdoptedProcesses(this.#maps, living === 'tree');
      const { own, programs } = attachPrograms(this.#maps, this.#closing);
      this.#own = own;
      this.#programs = programs;
    } catch (error) {
      this.#closing[Symbol.dispose]();
      throw error;
    }
  }

  /** Whether pids are those of our own pid namespace, and not of the machine's first one. */
  get hasOwnPids(): boolean {
    return Number(this.#own >> 32n) === pid;
  }

  /**
   * From now on what the calling thread forks is counted, until {@link started}.
   * @param group a descriptor of the tree's control group: what is in it counts, too, although its fork was not seen
   */
  arm(group: number | undefined): void {
    if (group !== undefined) this.countGroup(group);
    this.#setArmed(1n);
  }

  /** What is in a control group counts, too, whoever has forked it. @param group a descriptor of its folder */
  countGroup(group: number): void {
    this.#hasGroup = true;
    const value = Buffer.alloc(4);
    value.writeUInt32LE(group);
    this.#maps.groups.update(ZERO, value);
  }

  /** To be called in the same turn as the command's spawn, which is the last child of the calling thread. */
  started(): void {
    this.#setArmed(0n);
  }

  /** @param addresses of this machine, which are kept apart from external ones from now on */
  learnHosts(addresses: readonly string[]): void {
    const { hosts } = this.#maps;
    for (const address of addresses) if (!this.#hosts.includes(address)) hosts.update(mapped(address), ZERO);
    for (const address of this.#hosts) if (!addresses.includes(address)) hosts.delete(mapped(address));
    this.#hosts = [...addresses];
  }

  /** Takes what belongs to processes that have ended, where so much is kept that there may be no room soon. */
  takeEnded(): ProcessCounts | undefined {
    const { ended, pairs } = readState(this.#maps);
    const most = this.#most;
    if (ended - this.#taken.ended <= most.ended / 2 && pairs - this.#taken.pairs <= most.pairs / 2) return undefined;
    const counts = takeEnded(this.#maps);
    this.#taken.ended += counts.processes.length;
    this.#taken.pairs += counts.pairs.length;
    return counts;
  }

  /** All that is left, when nothing of the tree is. */
  readAll(): ProcessCounts {
    return readAll(this.#maps);
  }

  get others(): CountedOthers {
    return readOthers(this.#maps);
  }

  /** Processes that have ended without any use of the network, and have no record. */
  get idle(): number {
    return readState(this.#maps).idle;
  }

  /**
   * How often the kernel had to leave something out: because the same program ran on that CPU already, or because a process
   * had no room, and no control group by which it is known to be the tree's.
   */
  get lost(): number {
    const misses = this.#programs.reduce((sum, program) => sum + program.misses, 0);
    return misses + (this.#hasGroup ? 0 : readState(this.#maps).lostForks);
  }

  [Symbol.dispose](): void {
    this.#closing[Symbol.dispose]();
  }

  #setArmed(armed: bigint): void {
    const control = this.#maps.control.lookup(ZERO) ?? Buffer.alloc(CONTROL.size);
    control.writeBigUInt64LE(armed, CONTROL.at.armed);
    this.#maps.control.update(ZERO, control);
  }
}

/** An address as IPv6, IPv4 as mapped (RFC 4291). */
function mapped(address: string): Buffer {
  const bytes = addressBytes(address);
  return bytes.length === 16 ? bytes : Buffer.concat([Buffer.alloc(10), Buffer.alloc(2, 0xff), bytes]);
}
