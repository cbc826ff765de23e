import { arch } from 'node:process';
import { addressOf, libcFunction } from '../libc.js';
import { LinuxError } from '../linux-error.js';

const syscall = libcFunction('long syscall(long number, long command, void *attributes, long size)');

/** The number of bpf(2), asm/unistd.h; the others share that of asm-generic/unistd.h. */
const NUMBER: Partial<Record<NodeJS.Architecture, number>> = { x64: 321, ia32: 357, arm: 386, ppc64: 361 };
const GENERIC_NUMBER = 280;

/** enum bpf_cmd, linux/bpf.h. */
const COMMANDS = {
  BPF_MAP_CREATE: 0,
  BPF_MAP_LOOKUP_ELEM: 1,
  BPF_MAP_UPDATE_ELEM: 2,
  BPF_MAP_DELETE_ELEM: 3,
  BPF_MAP_GET_NEXT_KEY: 4,
  BPF_PROG_LOAD: 5,
  BPF_PROG_TEST_RUN: 10,
  BPF_OBJ_GET_INFO_BY_FD: 15,
  BPF_RAW_TRACEPOINT_OPEN: 17,
  BPF_BTF_LOAD: 18,
  BPF_MAP_LOOKUP_AND_DELETE_ELEM: 21,
  BPF_MAP_LOOKUP_BATCH: 24,
  BPF_LINK_CREATE: 28,
} as const;

export type BpfCommand = keyof typeof COMMANDS;

/** A field of union bpf_attr: its offset, and a number of 32 bits, or one of 64, or a buffer whose address it holds. */
export type BpfField = readonly [offset: number, value: number | bigint | Buffer];

/** What the kernels of today read at most; zeros at the end are nothing to an older one. */
const ATTRIBUTES_SIZE = 152;

/** union bpf_attr of linux/bpf.h: numbers are 32 bits wide, bigints and addresses 64. */
export function bpfAttributes(fields: readonly BpfField[], address: (buffer: Buffer) => bigint = addressOf): Buffer {
  const attributes = Buffer.alloc(ATTRIBUTES_SIZE);
  for (const [offset, value] of fields) {
    if (typeof value === 'number') attributes.writeUInt32LE(value, offset);
    else attributes.writeBigUInt64LE(typeof value === 'bigint' ? value : address(value), offset);
  }
  return attributes;
}

/**
 * Calls bpf(2). Buffers among the fields are kept until it returns.
 * @param readBack receives union bpf_attr as the kernel has left it, after an error too
 * @returns a descriptor, closed on exec, for commands that make one; else 0
 * @throws {LinuxError} with the command as its call
 */
export function bpf(command: BpfCommand, fields: readonly BpfField[], readBack?: (left: Buffer) => void): number {
  const attributes = bpfAttributes(fields);
  try {
    return syscall(NUMBER[arch] ?? GENERIC_NUMBER, COMMANDS[command], attributes, attributes.length);
  } catch (error) {
    throw error instanceof LinuxError ? new LinuxError(command, error.errno) : error;
  } finally {
    readBack?.(attributes);
  }
}
