import { closeSync } from 'node:fs';
import { isErrno } from '../linux-error.js';
import { type BpfField, bpf } from './bpf-call.js';
import { INTEGER_TYPE, loadIntegerType } from './integer-type.js';
import { withLockedMemory } from './locked-memory.js';
import { objectName } from './object-name.js';

/** enum bpf_map_type, linux/bpf.h. */
const TYPES = {
  hash: 1,
  array: 2,
  perCpuHash: 5,
  perCpuArray: 6,
  cgroupArray: 8,
  lruHash: 9,
  lpmTrie: 11,
  queue: 22,
  socketStorage: 24,
  ringBuffer: 27,
} as const;

export type BpfMapPlan = {
  readonly type: keyof typeof TYPES;
  /** What bpftool(8) calls it; the first 15 characters. */
  readonly name: string;
  /** In bytes; a queue has none (0), and a socket's entry is found by a descriptor of the socket, of four. */
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** Its entries take memory only as they come; under pressure the kernel may refuse one. */
  readonly isGrown?: boolean;
};

/** BPF_F_NO_PREALLOC: entries are made one by one, those of a trie and of sockets always. */
const NO_PREALLOC = 1;
/** BPF_F_CLONE: an accepted connection inherits its listener's entry. */
const CLONE = 0x200;
const FLAGS: Partial<Record<BpfMapPlan['type'], number>> = { lpmTrie: NO_PREALLOC, socketStorage: NO_PREALLOC | CLONE };

/** What programs and their owner share: it lives as long as a program uses it or its descriptor is open. */
export class BpfMap implements Disposable {
  readonly fd: number;
  readonly plan: BpfMapPlan;

  /** @throws {LinuxError} BPF_MAP_CREATE: EPERM without CAP_BPF, E2BIG, EINVAL for a type that this kernel has not */
  static create(plan: BpfMapPlan): BpfMap {
    return new BpfMap(
      plan,
      withLockedMemory(() => createMap(plan)),
    );
  }

  private constructor(plan: BpfMapPlan, fd: number) {
    this.plan = plan;
    this.fd = fd;
  }

  /** @returns the value; those of all CPUs, one after the other, of a per-CPU map; undefined: there is no such key */
  lookup(key: Buffer, valueSize = this.plan.valueSize): Buffer | undefined {
    const value = Buffer.alloc(valueSize);
    return this.#finds(() =>
      bpf('BPF_MAP_LOOKUP_ELEM', [
        [0, this.fd],
        [8, key],
        [16, value],
      ]),
    )
      ? value
      : undefined;
  }

  /** Sets a key's value, whether there was one or not. @throws {LinuxError} E2BIG: the map is full */
  update(key: Buffer, value: Buffer): void {
    bpf('BPF_MAP_UPDATE_ELEM', [
      [0, this.fd],
      [8, key],
      [16, value],
      [24, 0n],
    ]);
  }

  /** @returns false where there is no such key */
  delete(key: Buffer): boolean {
    return this.#finds(() =>
      bpf('BPF_MAP_DELETE_ELEM', [
        [0, this.fd],
        [8, key],
      ]),
    );
  }

  /** Takes the oldest value of a queue. @returns undefined: it is empty */
  pop(): Buffer | undefined {
    const value = Buffer.alloc(this.plan.valueSize);
    return this.#finds(() =>
      bpf('BPF_MAP_LOOKUP_AND_DELETE_ELEM', [
        [0, this.fd],
        [16, value],
        [24, 0n],
      ]),
    )
      ? value
      : undefined;
  }

  /** All keys, in no order. One that comes or goes meanwhile may be left out. */
  *keys(): Generator<Buffer> {
    let key: Buffer | undefined;
    for (let left = this.plan.maxEntries; left > 0; left--) {
      const next = Buffer.alloc(this.plan.keySize);
      const from = key ?? 0n;
      if (
        !this.#finds(() =>
          bpf('BPF_MAP_GET_NEXT_KEY', [
            [0, this.fd],
            [8, from],
            [16, next],
          ]),
        )
      )
        return;
      key = next;
      yield next;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }

  #finds(work: () => unknown): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return false;
      throw error;
    }
  }
}

function createMap(plan: BpfMapPlan): number {
  const { type, name, keySize, valueSize, maxEntries, isGrown } = plan;
  const title = objectName(name);
  const fields: BpfField[] = [
    [0, TYPES[type]],
    [4, keySize],
    [8, valueSize],
    [12, maxEntries],
    [16, (FLAGS[type] ?? 0) | (isGrown ? NO_PREALLOC : 0)],
    [28, title[0]],
    [36, title[1]],
  ];
  if (type !== 'socketStorage') return bpf('BPF_MAP_CREATE', fields);
  // Of these the kernel wants to know what is in them.
  const types = loadIntegerType();
  try {
    return bpf('BPF_MAP_CREATE', [...fields, [48, types], [52, INTEGER_TYPE], [56, INTEGER_TYPE]]);
  } finally {
    closeSync(types);
  }
}
