import { pid } from 'node:process';
import type { BpfMap } from '../../linux/bpf/bpf-map.js';
import type { BpfProgram } from '../../linux/bpf/bpf-program.js';
import { Closing } from '../../linux/closing.js';
import { addressBytes } from '../../linux/ip-address.js';
import { attachPrograms } from './attach-programs.js';
import { CONTROL, PAIR, PROCESS, STATE } from './process-layout.js';
import { createMaps, MOST, type ProcessMaps } from './process-maps.js';
import {
  type CountedPair,
  type CountedProcess,
  type Program,
  readPair,
  readProcess,
  readProgram,
} from './read-process.js';

/** What was counted of processes that are over, or of all. */
export type ProcessCounts = {
  /** The id of the command itself; 0: it was not seen. */
  readonly root: number;
  /** Those that have used the network, or may have children that have. */
  readonly processes: readonly CountedProcess[];
  /** Those that live on, and are not among the others yet. */
  readonly living: readonly CountedProcess[];
  readonly programs: ReadonlyMap<number, Program>;
  readonly pairs: readonly CountedPair[];
};

/** What has no place of its own. */
export type CountedOthers = Pick<CountedProcess, 'payload' | 'connects'> & {
  readonly processes: number;
  /** With remotes that had none, of any process. */
  readonly remotes: Pick<CountedPair, 'in' | 'out' | 'connections'>;
};

const KEY = Buffer.alloc(4);

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

  /**
   * @param most how many of each there may be
   * @throws {LinuxError} bpf(2) is refused (EPERM), or the kernel lacks what is needed (ENOENT, EINVAL: before Linux 6.3);
   *   {Error} the kernel's structures are not those that are known
   */
  constructor(most: Partial<typeof MOST> = {}) {
    this.#most = { ...MOST, ...most };
    try {
      this.#maps = createMaps((map) => this.#closing.add(map), most);
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
    this.#hasGroup = group !== undefined;
    if (group !== undefined) {
      const value = Buffer.alloc(4);
      value.writeUInt32LE(group);
      this.#maps.groups.update(KEY, value);
    }
    this.#setArmed(1n);
  }

  /** To be called in the same turn as the command's spawn, which is the last child of the calling thread. */
  started(): void {
    this.#setArmed(0n);
  }

  /** @param addresses of this machine, which are told from external ones from now on */
  learnHosts(addresses: readonly string[]): void {
    const { hosts } = this.#maps;
    for (const address of addresses) if (!this.#hosts.includes(address)) hosts.update(mapped(address), KEY);
    for (const address of this.#hosts) if (!addresses.includes(address)) hosts.delete(mapped(address));
    this.#hosts = [...addresses];
  }

  /** Whether so much is kept that it should be taken. */
  get isCrowded(): boolean {
    const { ended, pairs } = this.#state;
    const most = this.#most;
    return ended - this.#taken.ended > most.ended / 2 || pairs - this.#taken.pairs > most.pairs / 2;
  }

  /** Processes that have ended without any use of the network, and have no record. */
  get idle(): number {
    return this.#state.idle;
  }

  /**
   * How often the kernel had to leave something out: because the same program ran on that CPU already, or because a process
   * had no room, and no control group by which it is known to be the tree's.
   */
  get lost(): number {
    const misses = this.#programs.reduce((sum, program) => sum + program.misses, 0);
    return misses + (this.#hasGroup ? 0 : this.#state.lostForks);
  }

  get others(): CountedOthers {
    const value = this.#maps.others.lookup(KEY) ?? Buffer.alloc(this.#maps.others.plan.valueSize);
    const remotes = PAIR.sum(this.#maps.otherPairs.lookup(KEY) ?? Buffer.alloc(PAIR.size));
    return {
      ...readProcess(value),
      processes: Number(value.readBigUInt64LE(PROCESS.at.processes)),
      remotes: { in: Number(remotes.in), out: Number(remotes.out), connections: Number(remotes.connections) },
    };
  }

  /** Takes what belongs to processes that have ended, and makes room for others. */
  takeEnded(): ProcessCounts {
    const { root } = this.#state;
    const processes = processesOf(this.#maps.ended);
    // Read behind them: whoever they have forked lives, or has ended since.
    const living = processesOf(this.#maps.processes);
    const over = new Set(processes.map(({ id }) => id));
    const pairs = this.#pairs().filter(({ process }) => over.has(process));
    const programs = this.#programsOf([...processes, ...living]);
    for (const { id } of processes) this.#maps.ended.delete(idKey(id));
    for (const { key } of pairs) this.#maps.pairs.delete(key);
    this.#taken = { ended: this.#taken.ended + processes.length, pairs: this.#taken.pairs + pairs.length };
    return { root, processes, living, pairs, programs };
  }

  /** All that is left, when nothing of the tree is. */
  takeAll(): ProcessCounts {
    const processes = [...processesOf(this.#maps.ended), ...processesOf(this.#maps.processes)];
    return {
      root: this.#state.root,
      processes,
      living: [],
      pairs: this.#pairs(),
      programs: this.#programsOf(processes),
    };
  }

  [Symbol.dispose](): void {
    this.#closing[Symbol.dispose]();
  }

  #setArmed(armed: bigint): void {
    const control = this.#maps.control.lookup(KEY) ?? Buffer.alloc(CONTROL.size);
    control.writeBigUInt64LE(armed, CONTROL.at.armed);
    this.#maps.control.update(KEY, control);
  }

  get #state(): Readonly<Record<keyof typeof STATE.at, number>> {
    const sums = STATE.sum(this.#maps.state.lookup(KEY) ?? Buffer.alloc(STATE.size));
    return Object.fromEntries(Object.entries(sums).map(([field, sum]) => [field, Number(sum)])) as typeof STATE.at;
  }

  #pairs() {
    return entriesOf(this.#maps.pairs).map(([key, value]) => ({ key, ...readPair(key, value) }));
  }

  #programsOf(processes: readonly CountedProcess[]): Map<number, Program> {
    const programs = new Map<number, Program>();
    for (const { program } of processes) {
      const value = programs.has(program) || program === 0 ? undefined : this.#maps.programs.lookup(idKey(program));
      if (value) programs.set(program, readProgram(value));
    }
    return programs;
  }
}

const processesOf = (map: BpfMap) => entriesOf(map).map(([, value]) => readProcess(value));

/** Each key once: where one goes meanwhile, the kernel begins again. */
function entriesOf(map: BpfMap): (readonly [key: Buffer, value: Buffer])[] {
  const found = new Map([...map.keys()].map((key) => [key.toString('latin1'), key]));
  return [...found.values()].flatMap((key) => {
    const value = map.lookup(key);
    return value ? [[key, value] as const] : [];
  });
}

function idKey(id: number): Buffer {
  const key = Buffer.alloc(8);
  key.writeBigUInt64LE(BigInt(id));
  return key;
}

/** An address as IPv6, IPv4 as mapped (RFC 4291). */
function mapped(address: string): Buffer {
  const bytes = addressBytes(address);
  return bytes.length === 16 ? bytes : Buffer.concat([Buffer.alloc(10), Buffer.alloc(2, 0xff), bytes]);
}
