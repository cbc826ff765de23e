import { BpfProgram } from '../../linux/bpf/bpf-program.js';
import { BpfMap } from '../../linux/bpf/maps/bpf-map.js';
import { RingBuffer } from '../../linux/bpf/maps/ring-buffer.js';
import { type Place, runAt } from '../../linux/bpf/program-slot.js';
import { Closing } from '../../linux/closing.js';
import { LinuxError } from '../../linux/linux-error.js';
import { NoLibcError } from '../../linux/load-koffi.js';
import { type CopyChoice, copyMessages, type WAYS } from './copy-messages.js';
import { type CopiedPacket, decodeCopy } from './decode-copy.js';

export type { CopyChoice } from './copy-messages.js';
export type { CopiedPacket } from './decode-copy.js';

/** Some hundred questions with their answers, until the event loop takes them. */
const ROOM = 1 << 20;

const LOST = { type: 'array', name: 'nm_names_lost', keySize: 4, valueSize: 8, maxEntries: 1 } as const;

/** Copies of the DNS messages that a control group's sockets send and receive: nothing is held up, or led elsewhere. */
export class NameCopies implements Disposable {
  readonly #copies: RingBuffer;
  readonly #closing = new Closing();
  readonly #lost: BpfMap;
  readonly #take: (packet: CopiedPacket) => void;

  /**
   * From now on each message is copied, and handed over from the event loop.
   * @param group a descriptor of the control group's folder, or what runs programs for it
   * @returns undefined where bpf(2) is refused or cannot be called, or this kernel has not what is needed (before Linux 5.8)
   */
  static attach(
    group: number | Place,
    choice: CopyChoice,
    take: (packet: CopiedPacket) => void,
  ): NameCopies | undefined {
    try {
      return new NameCopies(group, choice, take);
    } catch (error) {
      if (error instanceof LinuxError || error instanceof NoLibcError) return undefined;
      throw error;
    }
  }

  private constructor(group: number | Place, choice: CopyChoice, take: (packet: CopiedPacket) => void) {
    this.#take = take;
    this.#copies = this.#closing.add(new RingBuffer('nm_names', ROOM));
    try {
      this.#lost = this.#closing.add(BpfMap.create(LOST));
      for (const way of ['in', 'out'] as const) this.#attach(way, group, choice);
      this.#copies.watch((record) => this.#decode(record));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Hands over what is there, now. */
  drain(): void {
    this.#copies.drain((record) => this.#decode(record));
  }

  /** Messages that there was no room for. */
  get lost(): number {
    return Number(this.#lost.lookup(Buffer.alloc(4))?.readBigUInt64LE() ?? 0n);
  }

  [Symbol.dispose](): void {
    this.#closing[Symbol.dispose]();
  }

  #decode(record: Buffer): void {
    const packet = decodeCopy(record);
    if (packet) this.#take(packet);
  }

  #attach(way: keyof typeof WAYS, group: number | Place, choice: CopyChoice): void {
    // Where it runs it lives without us.
    using program = BpfProgram.load({
      type: 'cgroupSkb',
      name: `nm_names_${way}`,
      attachment: way === 'in' ? 'ingress' : 'egress',
      code: copyMessages(way, { copies: this.#copies, lost: this.#lost }, choice),
    });
    this.#closing.add(runAt(group, program));
  }
}
