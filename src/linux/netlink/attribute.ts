import { MalformedMessageError } from './malformed-message-error.js';

/** linux/netlink.h: struct nlattr is the length of header and value, and the type with two flags. */
export const HEADER = 4;
export const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;
const MAX_VALUE = 0xffff - HEADER;

/** What messages and attributes are filled up to. */
export const aligned = (length: number): number => (length + 3) & ~3;

/** Writes an attribute whose value is `parts`, one after the other. */
export function attribute(type: number, ...parts: readonly Buffer[]): Buffer {
  let length = HEADER;
  for (const part of parts) length += part.length;
  if (length - HEADER > MAX_VALUE) throw attributeOverflow(length);
  const buffer = Buffer.alloc(aligned(length));
  buffer.writeUInt16LE(length, 0);
  buffer.writeUInt16LE(type, 2);
  let at = HEADER;
  for (const part of parts) {
    buffer.set(part, at);
    at += part.length;
  }
  return buffer;
}

/** An attribute's length is a number of 16 bits. */
export const attributeOverflow = (length: number) => new RangeError(`a netlink attribute holds 64 kB, not ${length} B`);

/** Writes an attribute that holds others, with the flag that says so. */
export const nested = (type: number, ...attributes: readonly Buffer[]): Buffer =>
  attribute(type | NLA_F_NESTED, ...attributes);

export type Attribute = { readonly type: number; readonly value: Buffer };

/**
 * The attributes of a message, or those within one of them, in their order; readers take the last of a type. A device has
 * sixty, of which few are read: each is cut out when it is asked for.
 */
export class Attributes implements Iterable<Attribute> {
  readonly #buffer: Buffer;
  readonly #types: readonly number[];
  /** Where each begins. */
  readonly #places: readonly number[];

  constructor(buffer: Buffer, types: readonly number[], places: readonly number[]) {
    this.#buffer = buffer;
    this.#types = types;
    this.#places = places;
  }

  [Symbol.iterator](): Iterator<Attribute> {
    return this.#types.map((type, index) => ({ type, value: this.#value(index) }))[Symbol.iterator]();
  }

  bytes(type: number): Buffer | undefined {
    const index = this.#types.lastIndexOf(type);
    return index < 0 ? undefined : this.#value(index);
  }

  u8(type: number): number | undefined {
    return this.#number(type, 1)?.readUInt8();
  }

  u16(type: number): number | undefined {
    return this.#number(type, 2)?.readUInt16LE();
  }

  u32(type: number): number | undefined {
    return this.#number(type, 4)?.readUInt32LE();
  }

  u64(type: number): bigint | undefined {
    return this.#number(type, 8)?.readBigUInt64LE();
  }

  be16(type: number): number | undefined {
    return this.#number(type, 2)?.readUInt16BE();
  }

  be32(type: number): number | undefined {
    return this.#number(type, 4)?.readUInt32BE();
  }

  be64(type: number): bigint | undefined {
    return this.#number(type, 8)?.readBigUInt64BE();
  }

  /** Without the NUL that ends it. */
  string(type: number): string | undefined {
    const value = this.bytes(type);
    const end = value?.indexOf(0) ?? -1;
    return value?.toString('utf8', 0, end < 0 ? value.length : end);
  }

  /** Those within an attribute; none where it is absent. */
  nested(type: number): Attributes {
    return decodeAttributes(this.bytes(type) ?? Buffer.alloc(0));
  }

  /** Those within each attribute of a type, for lists. */
  eachNested(type: number): Attributes[] {
    const indexes = this.#types.flatMap((each, index) => (each === type ? [index] : []));
    return indexes.map((index) => decodeAttributes(this.#value(index)));
  }

  #value(index: number): Buffer {
    const at = this.#places[index] ?? 0;
    return this.#buffer.subarray(at + HEADER, at + shortAt(this.#buffer, at));
  }

  #number(type: number, size: number): Buffer | undefined {
    const value = this.bytes(type);
    if (value && value.length < size) throw malformed(`attribute ${type} has ${value.length} B, not ${size}`);
    return value;
  }
}

/** @throws {MalformedMessageError} where they do not fill the buffer, filling bytes excepted */
export function decodeAttributes(buffer: Buffer): Attributes {
  const types: number[] = [];
  const places: number[] = [];
  let at = 0;
  while (at + HEADER <= buffer.length) {
    const length = shortAt(buffer, at);
    if (length < HEADER || at + length > buffer.length) throw malformed(`an attribute of ${length} B at ${at}`);
    types.push(shortAt(buffer, at + 2) & NLA_TYPE_MASK);
    places.push(at);
    at += aligned(length);
  }
  if (at < buffer.length) throw malformed(`${buffer.length - at} B after the last attribute`);
  return new Attributes(buffer, types, places);
}

/** Not by the buffer's own method, which takes longer until V8 has compiled it, and a start has a thousand of these. */
const shortAt = (buffer: Buffer, at: number) => (buffer[at] ?? 0) | ((buffer[at + 1] ?? 0) << 8);

const malformed = (what: string) => new MalformedMessageError(`malformed netlink attributes: ${what}`);
