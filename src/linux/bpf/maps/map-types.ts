import { closeSync } from 'node:fs';
import { bpf } from '../bpf-call.js';

/** Descriptions of types (Documentation/bpf/btf.rst) that the kernel wants of some maps; those of a key and of a value by their numbers. */
export type MapTypes = { readonly bytes: Buffer; readonly key: number; readonly value: number };

const MAGIC = 0xeb9f;
const HEADER = 24;
/** Where each name begins: nothing, then these. */
const NAMES = Buffer.from('\0int\0bpf_spin_lock\0', 'latin1');
const NAME = { none: 0, int: 1, lock: 5 } as const;
/** Kinds of struct btf_type, linux/btf.h, above the number of members. */
const KIND = { integer: 1 << 24, structure: 4 << 24 } as const;
const INTEGER_BITS = 32;
/** Type 0 is void. */
const INTEGER = 1;
const LOCK = 2;

/** An integer of four octets: name, kind, size, bits. */
const INTEGER_TYPE = [NAME.int, KIND.integer, 4, INTEGER_BITS] as const;

/** A structure with one member, at its beginning. */
const structure = (name: number, size: number, member: number) => [
  name,
  KIND.structure | 1,
  size,
  NAME.none,
  member,
  0,
];

/** A key and a value of four octets, numbers. */
export const numberTypes = (): MapTypes => typesOf([INTEGER_TYPE], INTEGER, INTEGER);

/** A key of so many octets, and a value of so many that begins with a lock (bpf_spin_lock(), Linux 5.1). */
export const lockedTypes = (keySize: number, valueSize: number): MapTypes =>
  typesOf(
    [
      INTEGER_TYPE,
      structure(NAME.lock, 4, INTEGER),
      structure(NAME.none, keySize, INTEGER),
      structure(NAME.none, valueSize, LOCK),
    ],
    LOCK + 1,
    LOCK + 2,
  );

function typesOf(words: readonly (readonly number[])[], key: number, value: number): MapTypes {
  const types = Buffer.from(Uint32Array.from(words.flat()).buffer);
  const header = Buffer.alloc(HEADER);
  header.writeUInt16LE(MAGIC, 0);
  header.writeUInt8(1, 2);
  header.writeUInt32LE(HEADER, 4);
  header.writeUInt32LE(types.length, 12);
  header.writeUInt32LE(types.length, 16);
  header.writeUInt32LE(NAMES.length, 20);
  return { bytes: Buffer.concat([header, types, NAMES]), key, value };
}

/** Hands them to the kernel while `work` is done. @param work gets a descriptor @throws {LinuxError} BPF_BTF_LOAD: EPERM without CAP_BPF */
export function withTypes<T>({ bytes }: MapTypes, work: (fd: number) => T): T {
  const fd = bpf('BPF_BTF_LOAD', [
    [0, bytes],
    [16, bytes.length],
  ]);
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}
