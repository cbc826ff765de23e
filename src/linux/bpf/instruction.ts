/** r0: results. r1 to r5: arguments, lost by a call. r6 to r9: kept. r10: the frame's end, read-only. */
export type Register = 'r0' | 'r1' | 'r2' | 'r3' | 'r4' | 'r5' | 'r6' | 'r7' | 'r8' | 'r9' | 'r10';

/** A register, or a number of 32 bits with its sign. */
export type Operand = Register | number;

/** In memory. */
export type Width = 'u8' | 'u16' | 'u32' | 'u64';

/** The high bits of an arithmetic instruction's code: Documentation/bpf/standardization/instruction-set.rst. */
export const ARITHMETIC = {
  add: 0x00,
  subtract: 0x10,
  multiply: 0x20,
  divide: 0x30,
  or: 0x40,
  and: 0x50,
  shiftLeft: 0x60,
  shiftRight: 0x70,
  negate: 0x80,
  modulo: 0x90,
  xor: 0xa0,
  move: 0xb0,
  shiftRightSigned: 0xc0,
} as const;

/** The high bits of a jump's code; comparisons are unsigned unless they say so. */
export const CONDITIONS = {
  '==': 0x10,
  '>': 0x20,
  '>=': 0x30,
  '&': 0x40,
  '!=': 0x50,
  'signed >': 0x60,
  'signed >=': 0x70,
  '<': 0xa0,
  '<=': 0xb0,
  'signed <': 0xc0,
  'signed <=': 0xd0,
} as const;

export type Arithmetic = keyof typeof ARITHMETIC;
export type Condition = keyof typeof CONDITIONS;

const WIDTHS: Readonly<Record<Width, number>> = { u32: 0x00, u16: 0x08, u8: 0x10, u64: 0x18 };

/** The low bits of a code: what kind of instruction it is. */
const CLASS = { load: 0x00, loadMemory: 0x01, storeNumber: 0x02, storeRegister: 0x03, jump: 0x05, arithmetic64: 0x07 };
/** The second operand is a register. */
const BY_REGISTER = 0x08;
const MEMORY_MODE = 0x60;
const ATOMIC_MODE = 0xc0;

/** struct bpf_insn, linux/bpf.h: code, registers, offset and immediate of one instruction of eight bytes. */
export type Instruction = {
  readonly code: number;
  readonly to?: Register;
  readonly from?: Register;
  readonly offset?: number;
  readonly immediate?: number;
};

const numberOf = (register: Register = 'r0') => Number(register.slice(1));

/** The bytes of an instruction. @throws {RangeError} an offset or a number does not fit */
export function encode({ code, to, from, offset = 0, immediate = 0 }: Instruction): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt8(code, 0);
  bytes.writeUInt8(numberOf(to) | (numberOf(from) << 4), 1);
  bytes.writeInt16LE(offset, 2);
  if (immediate > 0x7fffffff) bytes.writeUInt32LE(immediate, 4);
  else bytes.writeInt32LE(immediate, 4);
  return bytes;
}

const withOperand = (code: number, operand: Operand) =>
  typeof operand === 'number' ? { code, immediate: operand } : { code: code | BY_REGISTER, from: operand };

export const arithmetic = (what: Arithmetic, to: Register, operand: Operand): Instruction => ({
  ...withOperand(CLASS.arithmetic64 | ARITHMETIC[what], operand),
  to,
});

export const load = (width: Width, to: Register, from: Register, offset: number): Instruction => ({
  code: CLASS.loadMemory | WIDTHS[width] | MEMORY_MODE,
  to,
  from,
  offset,
});

export const store = (width: Width, to: Register, offset: number, value: Operand): Instruction => {
  const bits = WIDTHS[width] | MEMORY_MODE;
  return typeof value === 'number'
    ? { code: CLASS.storeNumber | bits, to, offset, immediate: value }
    : { code: CLASS.storeRegister | bits, to, offset, from: value };
};

/** Adds a register to a number of 64 bits in memory, whatever other CPUs or interrupts do to it. */
export const atomicAdd = (to: Register, offset: number, from: Register): Instruction => ({
  code: CLASS.storeRegister | WIDTHS.u64 | ATOMIC_MODE,
  to,
  from,
  offset,
});

/** The same, and the register gets what the number was before (BPF_FETCH, Linux 5.12). */
export const atomicFetchAdd = (to: Register, offset: number, from: Register): Instruction => ({
  ...atomicAdd(to, offset, from),
  immediate: 1,
});

/** Turns the low bits of a register from the network's order into the machine's (or back). */
export const swapBytes = (to: Register, bits: 16 | 32 | 64): Instruction => ({ code: 0xdc, to, immediate: bits });

export const jumpIf = (condition: Condition, left: Register, right: Operand): Instruction => ({
  ...withOperand(CLASS.jump | CONDITIONS[condition], right),
  to: left,
});

export const JUMP: Instruction = { code: CLASS.jump };
export const EXIT: Instruction = { code: CLASS.jump | 0x90 };
export const call = (helper: number): Instruction => ({ code: CLASS.jump | 0x80, immediate: helper });

/**
 * The first half of a load of 64 bits; with `from` r1 the number is a map's descriptor (BPF_PSEUDO_MAP_FD), with r2 too, and
 * the second half an offset in the value of an array (BPF_PSEUDO_MAP_VALUE, Linux 5.2).
 */
export const wideLoad = (to: Register, low: number, from: Register = 'r0'): Instruction => ({
  code: CLASS.load | WIDTHS.u64,
  to,
  from,
  immediate: low,
});
/** Its second half. */
export const wideRest = (high: number): Instruction => ({ code: 0, immediate: high });
