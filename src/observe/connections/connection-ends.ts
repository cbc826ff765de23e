import { BpfMap } from '../../linux/bpf/bpf-map.js';
import { BpfProgram } from '../../linux/bpf/bpf-program.js';
import { entryPages } from '../../linux/bpf/map-entries.js';
import { type Place, runAt } from '../../linux/bpf/program-slot.js';
import { RingBuffer } from '../../linux/bpf/ring-buffer.js';
import { Closing } from '../../linux/closing.js';
import { LinuxError } from '../../linux/linux-error.js';
import { type ConnectionEnd, decodeEnd, ROLE } from './end-record.js';
import { reportEnds } from './report-ends.js';

export type { ConnectionEnd } from './end-record.js';

/** Some 9000 ends, which the event loop takes when a quarter is full; and connections that are open at once. */
const ROOM = 1 << 20;
const MOST_OPEN = 65_536;

/** Hears of each TCP connection of a control group as it ends, though others use the same network. */
export class ConnectionEnds implements Disposable {
  readonly #closing = new Closing();
  readonly #ends: RingBuffer;
  readonly #open: BpfMap;
  readonly #lost: BpfMap;
  readonly #take: (end: ConnectionEnd) => void;

  /**
   * From now on the ends are reported, many at once, from the event loop, and the last of them by drain().
   * @param group a descriptor of the control group's folder, or what runs programs for it
   * @param room octets of records that wait: whole pages, and a power of two
   * @returns undefined where bpf(2) is refused, or this kernel has not what is needed (before Linux 5.8)
   */
  static attach(group: number | Place, take: (end: ConnectionEnd) => void, room = ROOM): ConnectionEnds | undefined {
    try {
      return new ConnectionEnds(group, take, room);
    } catch (error) {
      if (error instanceof LinuxError) return undefined;
      throw error;
    }
  }

  private constructor(group: number | Place, take: (end: ConnectionEnd) => void, room: number) {
    this.#take = take;
    this.#ends = this.#closing.add(new RingBuffer('nm_ends', room));
    try {
      // With room from the start: to get and to free memory for each connection takes longer than all else that is done for it.
      const open = { type: 'hash', name: 'nm_open', keySize: 8, valueSize: 4, maxEntries: MOST_OPEN } as const;
      this.#open = this.#closing.add(BpfMap.create(open));
      const lost = { type: 'array', name: 'nm_ends_lost', keySize: 4, valueSize: 8, maxEntries: 1 } as const;
      this.#lost = this.#closing.add(BpfMap.create(lost));
      const code = reportEnds({ open: this.#open, ends: this.#ends, lost: this.#lost, waiting: room / 4 });
      // Where it runs it lives without us.
      using program = BpfProgram.load({ type: 'sockOps', name: 'nm_ends', attachment: 'sockOps', code });
      this.#closing.add(runAt(group, program));
      this.#ends.watch((record) => this.#decode(record));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Reports what has ended, now. */
  drain(): void {
    this.#ends.drain((record) => this.#decode(record));
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

  #decode(record: Buffer): void {
    const end = decodeEnd(record);
    if (end) this.#take(end);
  }
}
