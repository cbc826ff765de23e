import { BpfProgram } from '../../linux/bpf/bpf-program.js';
import { BpfMap, type BpfMapPlan } from '../../linux/bpf/maps/bpf-map.js';
import { entryPages } from '../../linux/bpf/maps/map-entries.js';
import { type Place, runAt } from '../../linux/bpf/program-slot.js';
import { Closing } from '../../linux/closing.js';
import { LinuxError } from '../../linux/linux-error.js';
import { type ConnectionEnd, decodeEnd, END_KEY, END_SUM } from './end-sums.js';
import { OPEN_PLANS, readOpen } from './open-connections.js';
import { sumEnds } from './sum-ends.js';

export type { ConnectionEnd } from './end-sums.js';

/** Of those that have ended: a remote has one or two. */
const MOST_SUMS = 65_536;

/** What each of the maps is. */
export const END_PLANS = {
  ...OPEN_PLANS,
  sums: {
    ...{ type: 'hash', name: 'nm_ends', keySize: END_KEY.size, valueSize: END_SUM.size, maxEntries: MOST_SUMS },
    ...{ isGrown: true, isLocked: true },
  },
  lost: { type: 'array', name: 'nm_ends_lost', keySize: 4, valueSize: 8, maxEntries: 1 },
} as const satisfies Record<string, BpfMapPlan>;

/** Sums up the TCP connections of a control group as they end, though others use the same network. */
export class ConnectionEnds implements Disposable {
  readonly #closing = new Closing();
  readonly #maps: Readonly<Record<keyof typeof END_PLANS, BpfMap>>;

  /**
   * From now on each end is in a sum.
   * @param group a descriptor of the control group's folder, or what runs programs for it
   * @param most sums that there may be
   * @returns undefined where bpf(2) is refused, or this kernel has not what is needed
   */
  static attach(group: number | Place, most = MOST_SUMS): ConnectionEnds | undefined {
    try {
      return new ConnectionEnds(group, most);
    } catch (error) {
      if (error instanceof LinuxError) return undefined;
      throw error;
    }
  }

  private constructor(group: number | Place, most: number) {
    const create = (plan: BpfMapPlan) => this.#closing.add(BpfMap.create(plan));
    try {
      const sums = create({ ...END_PLANS.sums, maxEntries: most });
      this.#maps = { open: create(END_PLANS.open), more: create(END_PLANS.more), sums, lost: create(END_PLANS.lost) };
      const code = sumEnds(this.#maps);
      // Where it runs it lives without us.
      using program = BpfProgram.load({ type: 'sockOps', name: 'nm_ends', attachment: 'sockOps', code });
      this.#closing.add(runAt(group, program));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The sums of those that have ended; one that is no more among those that are open is in them. */
  sums(): ConnectionEnd[] {
    return [...entryPages(this.#maps.sums)].flat().map(({ key, value }) => decodeEnd(key, value));
  }

  /** Connections that have not ended, by their cookies, and who has opened them. */
  open(): ReadonlyMap<bigint, ConnectionEnd['role']> {
    return readOpen(this.#maps);
  }

  /** Connections that there was no room for. */
  get lost(): number {
    return Number(this.#maps.lost.lookup(Buffer.alloc(4))?.readBigUInt64LE() ?? 0n);
  }

  [Symbol.dispose](): void {
    this.#closing[Symbol.dispose]();
  }
}
