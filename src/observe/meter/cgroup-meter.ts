import { BpfLink } from '../../linux/bpf/bpf-link.js';
import { BpfMap } from '../../linux/bpf/bpf-map.js';
import { BpfProgram } from '../../linux/bpf/bpf-program.js';
import { possibleCpus } from '../../linux/bpf/possible-cpus.js';
import { countPackets } from './count-packets.js';
import { placeOf, TOTAL, TOTALS_COUNT, type TotalOf } from './totals.js';

/** Devices that may come and go during a run. */
const MOST_DEVICES = 4096;

/** Counts in the kernel what the sockets of a control group, and of those below it, send and receive. */
export class CgroupMeter implements Disposable {
  readonly #totals: BpfMap;
  readonly #mtus: BpfMap;
  readonly #links: readonly BpfLink[];
  readonly #valuesSize = TOTAL.size * possibleCpus();

  /**
   * From now on everything is counted.
   * @param group a descriptor of the control group's folder
   * @throws {LinuxError} bpf(2) is refused (EPERM), or this kernel has not what is needed (EINVAL, before Linux 5.7)
   */
  static attach(group: number, mtus: ReadonlyMap<number, number>): CgroupMeter {
    const meter = new CgroupMeter(group);
    meter.learnMtus(mtus);
    return meter;
  }

  private constructor(group: number) {
    using stack = new Closing();
    this.#totals = stack.add(
      BpfMap.create({
        type: 'perCpuArray',
        name: 'nm_totals',
        keySize: 4,
        valueSize: TOTAL.size,
        maxEntries: TOTALS_COUNT,
      }),
    );
    this.#mtus = stack.add(
      BpfMap.create({ type: 'hash', name: 'nm_mtus', keySize: 4, valueSize: 4, maxEntries: MOST_DEVICES }),
    );
    const maps = { totals: this.#totals, mtus: this.#mtus };
    this.#links = (['in', 'out'] as const).map((way) => {
      const attachment = way === 'in' ? 'ingress' : 'egress';
      // Once attached, the program lives as long as its link.
      using program = BpfProgram.load({
        type: 'cgroupSkb',
        name: `nm_${way}`,
        attachment,
        code: countPackets(way, maps),
      });
      return stack.add(BpfLink.toCgroup(program, group));
    });
    stack.keep();
  }

  /** The MTU of each device by its number, by which fragments are told. */
  learnMtus(mtus: ReadonlyMap<number, number>): void {
    for (const [device, mtu] of mtus) this.#mtus.update(numbers(device), numbers(mtu));
  }

  /** What was counted so far. */
  read(): TotalOf[] {
    return Array.from({ length: TOTALS_COUNT }, (_, index) => {
      const values = this.#totals.lookup(numbers(index), this.#valuesSize) ?? Buffer.alloc(0);
      return { ...placeOf(index), count: TOTAL.sum(values) };
    });
  }

  [Symbol.dispose](): void {
    for (const each of [...this.#links, this.#totals, this.#mtus]) each[Symbol.dispose]();
  }
}

function numbers(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Closes all that was added, unless it is kept. */
class Closing implements Disposable {
  #all: Disposable[] = [];

  add<T extends Disposable>(one: T): T {
    this.#all.push(one);
    return one;
  }

  keep(): void {
    this.#all = [];
  }

  [Symbol.dispose](): void {
    for (const one of this.#all.reverse()) one[Symbol.dispose]();
  }
}
