import { HELPERS, type Helper } from './helper-numbers.js';
import {
  type Arithmetic,
  arithmetic,
  atomicAdd,
  atomicFetchAdd,
  type Condition,
  call,
  EXIT,
  encode,
  INSTRUCTION_SIZE,
  type Instruction,
  JUMP,
  jumpIf,
  load,
  type Operand,
  type Register,
  store,
  swapBytes,
  type Width,
  wideLoad,
  wideRest,
} from './instruction.js';
import { Labels } from './labels.js';

/** Instructions for which there is room at first. */
const SOME = 256;

/**
 * Writes the instructions of a BPF program one after the other, with labels for jumps. Each method adds one instruction
 * (two for 64 bits) and returns the writer.
 */
export class InstructionWriter {
  #words = new Int32Array(SOME * INSTRUCTION_SIZE);
  #length = 0;
  readonly #labels = new Labels();

  move(to: Register, value: Operand): this {
    return this.compute('move', to, value);
  }

  /** `to` = a number of 64 bits without a sign. */
  moveWide(to: Register, value: bigint): this {
    return this.#add(wideLoad(to, Number(value & 0xffff_ffffn))).#add(wideRest(Number(value >> 32n)));
  }

  /** `to = to WHAT value`, in 64 bits. */
  compute(what: Arithmetic, to: Register, value: Operand): this {
    return this.#add(arithmetic(what, to, value));
  }

  /** `to = *(width *)(from + offset)`, filled up with zeros. */
  load(width: Width, to: Register, from: Register, offset: number): this {
    return this.#add(load(width, to, from, offset));
  }

  /** `*(width *)(to + offset) = value`. */
  store(width: Width, to: Register, offset: number, value: Operand): this {
    return this.#add(store(width, to, offset, value));
  }

  /** `*(u64 *)(to + offset) += value`, atomically. */
  atomicAdd(to: Register, offset: number, value: Register): this {
    return this.#add(atomicAdd(to, offset, value));
  }

  /** `value = *(u64 *)(to + offset)` as it was, and `+= value`, in one. */
  atomicFetchAdd(to: Register, offset: number, value: Register): this {
    return this.#add(atomicFetchAdd(to, offset, value));
  }

  /** Between the network's order of bytes and the machine's. */
  swapBytes(to: Register, bits: 16 | 32 | 64): this {
    return this.#add(swapBytes(to, bits));
  }

  /** `to` = the map. */
  loadMap(to: Register, { fd }: { readonly fd: number }): this {
    return this.#add(wideLoad(to, fd, 'r1')).#add(wideRest(0));
  }

  /** `to` = where the only value of an array is. */
  loadMapValue(to: Register, { fd }: { readonly fd: number }): this {
    return this.#add(wideLoad(to, fd, 'r2')).#add(wideRest(0));
  }

  jump(label: string): this {
    return this.#jump(JUMP, label);
  }

  jumpIf(left: Register, condition: Condition, right: Operand, label: string): this {
    return this.#jump(jumpIf(condition, left, right), label);
  }

  /** Names the next instruction. @throws {Error} there is such a label */
  label(name: string): this {
    this.#labels.put(name, this.#length);
    return this;
  }

  /** A label that no other has. */
  newLabel(name: string): string {
    return this.#labels.newLabel(name);
  }

  /** `r0 = HELPER(r1, ..., r5)`. */
  call(helper: Helper): this {
    return this.#add(call(HELPERS[helper]));
  }

  exit(): this {
    return this.#add(EXIT);
  }

  /** How many instructions there are so far. */
  get length(): number {
    return this.#length;
  }

  /** The program's bytes. @throws {Error} a jump leads nowhere; {RangeError} or too far */
  assemble(): Buffer {
    const words = this.#words.slice(0, this.#length * INSTRUCTION_SIZE);
    this.#labels.lead(words);
    return Buffer.from(words.buffer);
  }

  #add(instruction: Instruction): this {
    const at = this.#length * INSTRUCTION_SIZE;
    if (at === this.#words.length) this.#grow();
    encode(instruction, this.#words, at);
    this.#length += 1;
    return this;
  }

  #grow(): void {
    const words = new Int32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
  }

  #jump(instruction: Instruction, label: string): this {
    this.#labels.jump(this.#length, label);
    return this.#add(instruction);
  }
}
