import { BpfMap, type BpfMapPlan } from '../../linux/bpf/bpf-map.js';
import { BpfProgram } from '../../linux/bpf/bpf-program.js';
import { entryPages } from '../../linux/bpf/map-entries.js';
import { type Place, runAt } from '../../linux/bpf/program-slot.js';
import { Closing } from '../../linux/closing.js';
import { LinuxError } from '../../linux/linux-error.js';
import { type ConnectionEnd, decodeEnd, END_KEY, END_SUM, ROLE } from './end-sums.js';
import { sumEnds } from './sum-ends.js';

export type { ConnectionEnd } from './end-sums.js';

/** Connections that are open at once, and sums of those that have ended: a remote has one or two. */
const MOST_OPEN = 65_536;
const MOST_SUMS = 65_536;

const PLANS = {
  // With room from the start: to get and to free memory for each connection takes longer than all else that is done for it.
  open: { type: 'hash', name: 'nm_open', keySize: 8, valueSize: 8, maxEntries: MOST_OPEN },
  sums: {
    ...{ type: 'hash', name: 'nm_ends', keySize: END_KEY.size, valueSize: END_SUM.size, maxEntries: MOST_SUMS },
    ...{ isGrown: true, isLocked: true },
  },
  lost: { type: 'array', name: 'nm_ends_lost', keySize: 4, valueSize: 8, maxEntries: 1 },
} as const satisfies Record<string, BpfMapPlan>;

/** Sums up the TCP connections of a control group as they end, though others use the same network. */
export class ConnectionEnds implements Disposable {
  readonly #closing = new Closing();
  readonly #open: BpfMap;
  readonly #sums: BpfMap;
  readonly #lost: BpfMap;

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
      this.#open = create(PLANS.open);
      this.#sums = create({ ...PLANS.sums, maxEntries: most });
      this.#lost = create(PLANS.lost);
      const code = sumEnds({ open: this.#open, sums: this.#sums, lost: this.#lost });
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
    return [...entryPages(this.#sums)].flat().map(({ key, value }) => decodeEnd(key, value));
  }

  /** Connections that have not ended, by their cookies, and who has opened them. */
  open(): ReadonlyMap<bigint, ConnectionEnd['role']> {
    const entries = [...entryPages(this.#open)].flat();
    return new Map(
      entries.map(({ key, value }) => [
        key.readBigUInt64LE(),
        value.readUInt32LE() === ROLE.server ? 'server' : 'client',
      ]),
    );
  }

  /** Connections that there was no room for. */
  get lost(): number {
    return Number(this.#lost.lookup(Buffer.alloc(4))?.readBigUInt64LE() ?? 0n);
  }

  [Symbol.dispose](): void {
    this.#closing[Symbol.dispose]();
  }
}
