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

/** The attributes of a message, or those within one of them, in their order; readers take the last of a type. */
export class Attributes implements Iterable<Attribute> {
  readonly #list: readonly Attribute[];

  constructor(list: readonly Attribute[]) {
    this.#list = list;
  }

  [Symbol.iterator](): Iterator<Attribute> {
    return this.#list[Symbol.iterator]();
  }

  bytes(type: number): Buffer | undefined {
    return this.#list.findLast((each) => each.type === type)?.value;
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
    return this.#list.filter((each) => each.type === type).map(({ value }) => decodeAttributes(value));
  }

  #number(type: number, size: number): Buffer | undefined {
    const value = this.bytes(type);
    if (value && value.length < size) throw malformed(`attribute ${type} has ${value.length} B, not ${size}`);
    return value;
  }
}

/** @throws {MalformedMessageError} where they do not fill the buffer, filling bytes excepted */
export function decodeAttributes(buffer: Buffer): Attributes {
  const list: Attribute[] = [];
  let at = 0;
  while (at + HEADER <= buffer.length) {
    const length = buffer.readUInt16LE(at);
    if (length < HEADER || at + length > buffer.length) throw malformed(`an attribute of ${length} B at ${at}`);
    const type = buffer.readUInt16LE(at + 2) & NLA_TYPE_MASK;
    list.push({ type, value: buffer.subarray(at + HEADER, at + length) });
    at += aligned(length);
  }
  if (at < buffer.length) throw malformed(`${buffer.length - at} B after the last attribute`);
  return new Attributes(list);
}

const malformed = (what: string) => new MalformedMessageError(`malformed netlink attributes: ${what}`);
