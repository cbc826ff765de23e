import { watchDescriptor } from '../../libc.js';
import { pageSize, SharedMemory } from '../../memory.js';
import { BpfMap } from './bpf-map.js';

/** Before each record: its length with two flags, and where its page is (struct bpf_ringbuf_hdr, kernel/bpf/ringbuf.c). */
const HEADER = 8;
const BUSY = 0x80000000;
const DISCARDED = 0x40000000;

/** Records that programs hand over in their order, without being asked (Documentation/bpf/ringbuf.rst, Linux 5.8). */
export class RingBuffer implements Disposable {
  readonly #map: BpfMap;
  readonly #size: number;
  readonly #consumed: SharedMemory;
  readonly #produced: SharedMemory;
  /** How far this side has read, and how far the other one has written: octets since the start. */
  readonly #position: BigUint64Array;
  readonly #end: BigUint64Array;
  readonly #data: Buffer;
  #watch: Disposable | undefined;

  /**
   * @param size octets: a power of two, and whole pages
   * @throws {LinuxError} BPF_MAP_CREATE: EPERM without CAP_BPF, EINVAL before Linux 5.8; mmap
   */
  constructor(name: string, size: number) {
    this.#map = BpfMap.create({ type: 'ringBuffer', name, keySize: 0, valueSize: 0, maxEntries: size });
    this.#size = size;
    const page = pageSize();
    const { fd } = this.#map;
    this.#consumed = new SharedMemory({ fd, offset: 0, size: page, writable: true });
    // The data is there twice, one behind the other, so that no record is split.
    this.#produced = new SharedMemory({ fd, offset: page, size: page + 2 * size, writable: false });
    this.#position = new BigUint64Array(this.#consumed.bytes, 0, 1);
    this.#end = new BigUint64Array(this.#produced.bytes, 0, 1);
    this.#data = Buffer.from(this.#produced.bytes, page, 2 * size);
  }

  /** For programs. */
  get fd(): number {
    return this.#map.fd;
  }

  /** Hands over what is there now, however fast more comes. @param take gets each record, which is not to be kept */
  drain(take: (record: Buffer) => void): void {
    let position = Atomics.load(this.#position, 0);
    const end = Atomics.load(this.#end, 0);
    while (position < end) {
      const at = Number(position % BigInt(this.#size));
      const word = this.#data.readUInt32LE(at);
      // It is still being written.
      if (word & BUSY) return;
      const length = (word & ~DISCARDED) >>> 0;
      if (!(word & DISCARDED)) take(this.#data.subarray(at + HEADER, at + HEADER + length));
      position += BigInt((HEADER + length + 7) & ~7);
      Atomics.store(this.#position, 0, position);
    }
  }

  /** Drains it from the event loop from now on; that does not keep the process alive. */
  watch(take: (record: Buffer) => void): void {
    this.#watch ??= watchDescriptor(this.fd, () => this.drain(take), { unref: true });
  }

  [Symbol.dispose](): void {
    for (const each of [this.#watch, this.#consumed, this.#produced, this.#map]) each?.[Symbol.dispose]();
  }
}
