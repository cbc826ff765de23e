import { attribute, decodeAttributes, nested } from '../attribute.js';
import { MalformedMessageError } from '../malformed-message-error.js';
import { be32, be64, string, u8 } from '../values.js';

/** How a value lies in an attribute: both ways from one description. Methods, so that a codec of one type is one of unknown. */
export interface Codec<T> {
  encode(value: T): Buffer;
  /** @throws {MalformedMessageError} */
  decode(bytes: Buffer): T;
  /** It holds attributes, which the kernel wants flagged. */
  readonly isNested?: boolean;
}

type Member<T, Optional extends boolean> = {
  readonly number: number;
  readonly codec: Codec<T>;
  readonly isOptional: Optional;
};

/** A member of a {@link record}: its attribute's number, and how its value lies there. */
export const required = <T>(number: number, codec: Codec<T>): Member<T, false> => ({
  number,
  codec,
  isOptional: false,
});

export const optional = <T>(number: number, codec: Codec<T>): Member<T, true> => ({ number, codec, isOptional: true });

export type Members = Readonly<Record<string, Member<unknown, boolean>>>;

type Held<M> = M extends Member<infer T, boolean> ? T : never;
type Required<M extends Members> = { [K in keyof M]: M[K] extends Member<unknown, false> ? K : never }[keyof M];

/** What a {@link record} of such members holds. */
export type Holding<M extends Members> = { readonly [K in Required<M>]: Held<M[K]> } & {
  readonly [K in Exclude<keyof M, Required<M>>]?: Held<M[K]>;
};

/** Attributes, one for each member of an object; those of other numbers are not read. */
export const record = <M extends Members>(members: M): Codec<Holding<M>> => ({
  isNested: true,
  // A plain loop: a run's own table has a thousand of these, before the code is warm.
  encode(value) {
    const given: Readonly<Record<string, unknown>> = value;
    const written: Buffer[] = [];
    for (const name in members) {
      const { number, codec } = members[name] as M[keyof M];
      if (given[name] !== undefined) written.push(write(number, codec, given[name]));
    }
    return joined(written);
  },
  decode(bytes) {
    const attributes = decodeAttributes(bytes);
    const found = Object.entries(members).flatMap(([name, { number, codec, isOptional }]) => {
      const value = attributes.bytes(number);
      if (value) return [[name, codec.decode(value)] as const];
      if (isOptional) return [];
      throw new MalformedMessageError(`attribute ${number} (${name}) is missing`);
    });
    return Object.fromEntries(found) as Holding<M>;
  },
});

/** Attributes of the same number, one for each of a list (NFTA_LIST_ELEM). */
export const list = <T>(codec: Codec<T>): Codec<readonly T[]> => ({
  isNested: true,
  encode: (values) => joined(values.map((value) => write(LIST_ELEMENT, codec, value))),
  decode: (bytes) => [...decodeAttributes(bytes)].map(({ value }) => codec.decode(value)),
});

const LIST_ELEMENT = 1;

/** One needs no copy. */
const joined = (parts: readonly Buffer[]): Buffer => (parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts));

const write = <T>(number: number, codec: Codec<T>, value: T): Buffer =>
  (codec.isNested ? nested : attribute)(number, codec.encode(value));

/** Attributes within an attribute that holds nothing else: the value of the one. */
export const within = <T>(number: number, codec: Codec<T>): Codec<T> => {
  const wrapped = record({ value: required(number, codec) });
  return {
    isNested: true,
    encode: (value) => write(number, codec, value),
    decode: (bytes) => (wrapped.decode(bytes) as { readonly value: T }).value,
  };
};

export const number32: Codec<number> = { encode: be32, decode: (bytes) => sized(bytes, 4).readUInt32BE() };
export const signed32: Codec<number> = {
  encode: (value) => be32(value >>> 0),
  decode: (bytes) => sized(bytes, 4).readInt32BE(),
};
export const number64: Codec<bigint> = { encode: be64, decode: (bytes) => sized(bytes, 8).readBigUInt64BE() };
export const number8: Codec<number> = { encode: u8, decode: (bytes) => sized(bytes, 1).readUInt8() };
export const octets: Codec<Buffer> = { encode: (value) => value, decode: (bytes) => bytes };
/** With a NUL that ends it. */
export const text: Codec<string> = {
  encode: string,
  decode: (bytes) => bytes.toString('latin1', 0, Math.max(0, bytes.indexOf(0)) || bytes.length),
};

/** One of some words, as its number. @throws {MalformedMessageError} for a number without a word */
export const word = <W extends string>(numbers: Readonly<Record<W, number>>, base = number32): Codec<W> => ({
  encode: (value) => base.encode(numbers[value]),
  decode: (bytes) => wordOf(numbers, base.decode(bytes)),
});

function wordOf<W extends string>(numbers: Readonly<Record<W, number>>, wanted: number): W {
  const found = (Object.keys(numbers) as W[]).find((name) => numbers[name] === wanted);
  if (found === undefined) throw new MalformedMessageError(`${wanted} is none of ${Object.keys(numbers).join(', ')}`);
  return found;
}

function sized(bytes: Buffer, size: number): Buffer {
  if (bytes.length < size) throw new MalformedMessageError(`${bytes.length} B instead of ${size}`);
  return bytes;
}
