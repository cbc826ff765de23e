import { decodeAttributes } from '../attribute.js';
import { AttributeWriter } from '../attribute-writer.js';
import { MalformedMessageError } from '../malformed-message-error.js';

/** How a value lies in an attribute: both ways from one description. Methods, so that a codec of one type is one of unknown. */
export interface Codec<T> {
  write(to: AttributeWriter, value: T): void;
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
  write(to, value) {
    const given: Readonly<Record<string, unknown>> = value;
    for (const name in members) {
      const { number, codec } = members[name] as M[keyof M];
      if (given[name] !== undefined) writeAttribute(to, number, codec, given[name]);
    }
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
  write: (to, values) => {
    for (const value of values) writeAttribute(to, LIST_ELEMENT, codec, value);
  },
  decode: (bytes) => [...decodeAttributes(bytes)].map(({ value }) => codec.decode(value)),
});

const LIST_ELEMENT = 1;

function writeAttribute<T>(to: AttributeWriter, number: number, codec: Codec<T>, value: T): void {
  const at = to.open(number, codec.isNested);
  codec.write(to, value);
  to.close(at);
}

/** The octets of a value. */
export function encoded<T>(codec: Codec<T>, value: T): Buffer {
  const to = new AttributeWriter();
  codec.write(to, value);
  return to.written;
}

/** Attributes within an attribute that holds nothing else: the value of the one. */
export const within = <T>(number: number, codec: Codec<T>): Codec<T> => {
  const wrapped = record({ value: required(number, codec) });
  return {
    isNested: true,
    write: (to, value) => writeAttribute(to, number, codec, value),
    decode: (bytes) => (wrapped.decode(bytes) as { readonly value: T }).value,
  };
};

export const number32: Codec<number> = {
  write: (to, value) => to.be32(value),
  decode: (bytes) => sized(bytes, 4).readUInt32BE(),
};
export const signed32: Codec<number> = {
  write: (to, value) => to.be32(value),
  decode: (bytes) => sized(bytes, 4).readInt32BE(),
};
export const number64: Codec<bigint> = {
  write: (to, value) => to.be64(value),
  decode: (bytes) => sized(bytes, 8).readBigUInt64BE(),
};
export const number8: Codec<number> = {
  write: (to, value) => to.u8(value),
  decode: (bytes) => sized(bytes, 1).readUInt8(),
};
export const octets: Codec<Buffer> = { write: (to, value) => to.octets(value), decode: (bytes) => bytes };
/** With a NUL that ends it. */
export const text: Codec<string> = {
  write: (to, value) => to.string(value),
  decode: (bytes) => bytes.toString('latin1', 0, Math.max(0, bytes.indexOf(0)) || bytes.length),
};

/** One of some words, as its number. @throws {MalformedMessageError} for a number without a word */
export const word = <W extends string>(numbers: Readonly<Record<W, number>>, base = number32): Codec<W> => ({
  write: (to, value) => base.write(to, numbers[value]),
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
