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
  readonly to: Register;
  readonly from: Register;
  readonly offset: number;
  readonly immediate: number;
};

/** In words of 32 bits. */
export const INSTRUCTION_SIZE = 2;

const NUMBERS: Readonly<Record<Register, number>> = {
  ...{ r0: 0, r1: 1, r2: 2, r3: 3, r4: 4, r5: 5 },
  ...{ r6: 6, r7: 7, r8: 8, r9: 9, r10: 10 },
};

/** What fits in 32 bits, with a sign or without. */
const isWord = (number: number) => Number.isInteger(number) && number >= -0x8000_0000 && number <= 0xffff_ffff;

/**
 * Writes an instruction as two words of 32 bits, the second one its number, at `at`. Little-endian machines alone have them in this order.
 * @throws {RangeError} its offset, or its number, does not fit
 */
export function encode({ code, to, from, offset, immediate }: Instruction, words: Int32Array, at: number): void {
  if (!isWord(immediate)) throw new RangeError(`${immediate} is no number of 32 bits`);
  words[at] = code | (NUMBERS[to] << 8) | (NUMBERS[from] << 12) | highHalf(offset);
  words[at + 1] = immediate;
}

/** An offset where an instruction's first word has it. @throws {RangeError} it has more than 16 bits */
export function highHalf(offset: number): number {
  if ((offset << 16) >> 16 !== offset) throw new RangeError(`an offset of ${offset} does not fit in 16 bits`);
  return offset << 16;
}

/** All of the same shape, which V8 is quick with. */
const instruction = (code: number, to: Register, from: Register, offset: number, immediate: number): Instruction => ({
  code,
  to,
  from,
  offset,
  immediate,
});

const withOperand = (code: number, to: Register, operand: Operand): Instruction =>
  typeof operand === 'number'
    ? instruction(code, to, 'r0', 0, operand)
    : instruction(code | BY_REGISTER, to, operand, 0, 0);

export const arithmetic = (what: Arithmetic, to: Register, operand: Operand): Instruction =>
  withOperand(CLASS.arithmetic64 | ARITHMETIC[what], to, operand);

export const load = (width: Width, to: Register, from: Register, offset: number): Instruction =>
  instruction(CLASS.loadMemory | WIDTHS[width] | MEMORY_MODE, to, from, offset, 0);

export const store = (width: Width, to: Register, offset: number, value: Operand): Instruction => {
  const bits = WIDTHS[width] | MEMORY_MODE;
  return typeof value === 'number'
    ? instruction(CLASS.storeNumber | bits, to, 'r0', offset, value)
    : instruction(CLASS.storeRegister | bits, to, value, offset, 0);
};

const ATOMIC_ADD = CLASS.storeRegister | WIDTHS.u64 | ATOMIC_MODE;

/** Adds a register to a number of 64 bits in memory, whatever other CPUs or interrupts do to it. */
export const atomicAdd = (to: Register, offset: number, from: Register): Instruction =>
  instruction(ATOMIC_ADD, to, from, offset, 0);

/** The same, and the register gets what the number was before (BPF_FETCH, Linux 5.12). */
export const atomicFetchAdd = (to: Register, offset: number, from: Register): Instruction =>
  instruction(ATOMIC_ADD, to, from, offset, 1);

/** Turns the low bits of a register from the network's order into the machine's (or back). */
export const swapBytes = (to: Register, bits: 16 | 32 | 64): Instruction => instruction(0xdc, to, 'r0', 0, bits);

/** A jump whose target is not known yet. */
export const jumpIf = (condition: Condition, left: Register, right: Operand): Instruction =>
  withOperand(CLASS.jump | CONDITIONS[condition], left, right);

export const JUMP = instruction(CLASS.jump, 'r0', 'r0', 0, 0);
export const EXIT = instruction(CLASS.jump | 0x90, 'r0', 'r0', 0, 0);
export const call = (helper: number): Instruction => instruction(CLASS.jump | 0x80, 'r0', 'r0', 0, helper);

/**
 * The first half of a load of 64 bits; with `from` r1 the number is a map's descriptor (BPF_PSEUDO_MAP_FD), with r2 too, and
 * the second half an offset in the value of an array (BPF_PSEUDO_MAP_VALUE, Linux 5.2).
 */
export const wideLoad = (to: Register, low: number, from: Register = 'r0'): Instruction =>
  instruction(CLASS.load | WIDTHS.u64, to, from, 0, low);

/** Its second half. */
export const wideRest = (high: number): Instruction => instruction(0, 'r0', 'r0', 0, high);
