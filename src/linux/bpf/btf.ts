import { readFileSync } from 'node:fs';

/** Kinds of types (enum of linux/btf.h), as far as they are distinguished here. */
const POINTER = 2;
const STRUCT = 4;
const UNION = 5;
const TYPEDEF = 8;
const FUNCTION = 12;
const FUNCTION_PROTOTYPE = 13;

/** How many words follow a type's three, by its kind: so many once, and so many for each of its members. */
const ONCE = Uint8Array.of(0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0);
const EACH = Uint8Array.of(0, 0, 0, 0, 3, 3, 2, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 3);
const HEADER_WORDS = 3;
const HEADER = HEADER_WORDS * 4;

type Kind = { readonly at: number; readonly kind: number; readonly count: number; readonly hasBitfields: boolean };

/** The running kernel's own description of its types (Documentation/bpf/btf.rst). */
export class Btf {
  readonly #bytes: Buffer;
  readonly #strings: number;
  /** Where each type is, by its number; 0 is void. */
  readonly #places: Uint32Array;
  /** Where the names that were asked for stand among the strings; 0: nowhere. */
  readonly #names: ReadonlyMap<string, number>;
  /** The numbers of the types that were asked for, by where their name is. */
  readonly #found: ReadonlyMap<number, readonly number[]>;

  /**
   * @param names of the structures, functions and tracepoints (btf_trace_NAME) that will be asked for
   * @throws the file system's error, where the kernel has none (CONFIG_DEBUG_INFO_BTF)
   */
  static read(names: readonly string[], file = '/sys/kernel/btf/vmlinux'): Btf {
    return new Btf(readFileSync(file), names);
  }

  constructor(bytes: Buffer, names: readonly string[]) {
    if (bytes.readUInt16LE(0) !== 0xeb9f) throw new Error('this is no BTF');
    const header = bytes.readUInt32LE(4);
    this.#bytes = bytes;
    this.#strings = header + bytes.readUInt32LE(16);
    this.#names = new Map(names.map((name) => [name, this.#nameAt(name)]));
    const wanted = [...this.#names.values()];
    const { places, found } = look(bytes, header + bytes.readUInt32LE(8), bytes.readUInt32LE(12), wanted);
    this.#places = places;
    this.#found = found;
  }

  /** In octets; members of nameless structures within count as its own. @throws {Error} there is none of that name */
  offsetOf(structure: string, member: string): number {
    const type = this.#find(structure, STRUCT);
    const bits = type === undefined ? undefined : this.#bitOffset(type, member);
    if (bits === undefined) throw new Error(`the kernel has no ${structure}.${member}`);
    return bits / 8;
  }

  /** How many arguments the functions at a tracepoint get, their own context left out; 0: there is no such tracepoint. */
  tracepointArguments(name: string): number {
    const typedef = this.#find(`btf_trace_${name}`, TYPEDEF);
    const pointer = typedef === undefined ? undefined : this.#referred(typedef);
    if (pointer === undefined || this.#kind(pointer).kind !== POINTER) return 0;
    const prototype = this.#kind(this.#referred(pointer));
    return prototype.kind === FUNCTION_PROTOTYPE ? prototype.count - 1 : 0;
  }

  /** Whether a function has an argument of that name; false also where no such function is known. */
  hasArgument(name: string, argument: string): boolean {
    const type = this.#find(name, FUNCTION);
    if (type === undefined) return false;
    const { at, count } = this.#kind(this.#referred(type));
    const names = Array.from({ length: count }, (_, index) => this.#bytes.readUInt32LE(at + HEADER + index * 8));
    return names.some((offset) => offset !== 0 && this.#text(offset) === argument);
  }

  #find(name: string, kind: number): number | undefined {
    return this.#found.get(this.#names.get(name) ?? 0)?.find((type) => this.#kind(type).kind === kind);
  }

  #nameAt(name: string): number {
    const at = this.#bytes.indexOf(Buffer.from(`\0${name}\0`, 'latin1'), this.#strings);
    return at < 0 ? 0 : at + 1 - this.#strings;
  }

  #bitOffset(type: number, member: string): number | undefined {
    const { at, count, hasBitfields } = this.#kind(type);
    for (let index = 0; index < count; index++) {
      const place = at + HEADER + index * 12;
      const [name, inner, word] = [0, 4, 8].map((offset) => this.#bytes.readUInt32LE(place + offset)) as [
        number,
        number,
        number,
      ];
      const offset = hasBitfields ? word & 0xffffff : word;
      if (name !== 0 && this.#text(name) === member) return offset;
      const below = name === 0 && this.#isCompound(inner) ? this.#bitOffset(inner, member) : undefined;
      if (below !== undefined) return offset + below;
    }
    return undefined;
  }

  #isCompound(type: number): boolean {
    return [STRUCT, UNION].includes(this.#kind(type).kind);
  }

  #kind(type: number): Kind {
    const at = this.#places[type] ?? 0;
    const info = this.#bytes.readUInt32LE(at + 4);
    return { at, kind: (info >>> 24) & 0x1f, count: info & 0xffff, hasBitfields: info >>> 31 === 1 };
  }

  #referred(type: number): number {
    return this.#bytes.readUInt32LE((this.#places[type] ?? 0) + 8);
  }

  #text(offset: number): string {
    const from = this.#strings + offset;
    return this.#bytes.toString('latin1', from, this.#bytes.indexOf(0, from));
  }
}

/** Goes through all types, some 150,000, once: in words of 32 bits. */
function look(bytes: Buffer, start: number, length: number, wanted: readonly number[]) {
  const words = new Uint32Array(Uint8Array.prototype.slice.call(bytes, start, start + length).buffer);
  const places = new Uint32Array(words.length / HEADER_WORDS + 1);
  const found = new Map<number, number[]>(wanted.map((name) => [name, []]));
  let type = 1;
  for (let at = 0; at < words.length; type++) {
    places[type] = start + at * 4;
    const name = words[at] ?? 0;
    if (name !== 0) found.get(name)?.push(type);
    const info = words[at + 1] ?? 0;
    const kind = (info >>> 24) & 0x1f;
    at += HEADER_WORDS + (ONCE[kind] ?? 0) + (EACH[kind] ?? 0) * (info & 0xffff);
  }
  return { places, found };
}
