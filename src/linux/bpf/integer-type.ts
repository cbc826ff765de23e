import { bpf } from './bpf-call.js';

/** The number of the only type; 0 is void. */
export const INTEGER_TYPE = 1;

const MAGIC = 0xeb9f;
const HEADER = 24;
const NAMES = Buffer.from('\0int\0', 'latin1');
/** The kind INT, of 32 bits (struct btf_type, linux/btf.h). */
const TYPE = Uint32Array.of(1, 1 << 24, 4, 32);

/** A description of types (Documentation/bpf/btf.rst) that has one, an integer of four octets. */
export function integerType(): Buffer {
  const types = Buffer.from(TYPE.buffer);
  const header = Buffer.alloc(HEADER);
  header.writeUInt16LE(MAGIC, 0);
  header.writeUInt8(1, 2);
  header.writeUInt32LE(HEADER, 4);
  header.writeUInt32LE(types.length, 12);
  header.writeUInt32LE(types.length, 16);
  header.writeUInt32LE(NAMES.length, 20);
  return Buffer.concat([header, types, NAMES]);
}

/** Hands it to the kernel. @returns a descriptor @throws {LinuxError} BPF_BTF_LOAD: EPERM without CAP_BPF */
export function loadIntegerType(): number {
  const types = integerType();
  return bpf('BPF_BTF_LOAD', [
    [0, types],
    [16, types.length],
  ]);
}
