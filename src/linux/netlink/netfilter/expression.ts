import { decodeAttributes } from '../attribute.js';
import { MalformedMessageError } from '../malformed-message-error.js';
import { type Codec, list, number32, number64, optional, record, required, text, word } from './codec.js';
import { SET_OPERATIONS } from './numbers.js';
import { register, simpleExpressions } from './simple-expressions.js';

type Table = Readonly<Record<string, Codec<unknown>>>;
type Held<C> = C extends Codec<infer T> ? T : never;
type Kinds<T extends Table> = { [K in keyof T]: { readonly kind: K } & Held<T[K]> }[keyof T];

/** One that is not described here: that it is there may be all that one wants to know. */
type Other = { readonly kind: 'other'; readonly name: string; readonly data: Buffer };

/** NFTA_EXPR_NAME and NFTA_EXPR_DATA. */
const NAME = 1;
const DATA = 2;

const oneOf = <T extends Table>(table: T): Codec<Kinds<T> | Other> => ({
  isNested: true,
  write(to, expression) {
    const { kind, ...rest } = expression as Kinds<T>;
    const other = expression.kind === 'other' ? (expression as Other) : undefined;
    const name = to.open(NAME);
    to.string(other?.name ?? String(kind));
    to.close(name);
    const held = to.open(DATA, true);
    if (other) to.octets(other.data);
    else codecOf(table, kind).write(to, rest);
    to.close(held);
  },
  decode(bytes) {
    const attributes = decodeAttributes(bytes);
    const name = attributes.string(NAME) ?? '';
    const held = attributes.bytes(DATA) ?? Buffer.alloc(0);
    return decoded(table, name, held) ?? { kind: 'other', name, data: held };
  },
});

function codecOf(table: Table, kind: PropertyKey): Codec<unknown> {
  const codec = Object.hasOwn(table, kind) ? table[String(kind)] : undefined;
  if (!codec) throw new TypeError(`no such expression: ${String(kind)}`);
  return codec;
}

/** @returns undefined for what is not described, be it a key or a whole expression */
function decoded<T extends Table>(table: T, kind: string, held: Buffer): Kinds<T> | undefined {
  try {
    const value = Object.hasOwn(table, kind) ? table[kind]?.decode(held) : undefined;
    return value === undefined ? undefined : ({ kind, ...value } as Kinds<T>);
  } catch (error) {
    if (error instanceof MalformedMessageError) return undefined;
    throw error;
  }
}

/** A step of a rule. A packet goes on to the next as long as each lets it. */
export type Expression = Kinds<typeof simpleExpressions & typeof holding> | Other;

/** Expressions that hold others. */
const holding = {
  /** Adds the key in a register to a set, or refreshes it; each element has an expression of its own. */
  dynset: record({
    set: required(1, text),
    setId: optional(2, number32),
    op: required(3, word(SET_OPERATIONS)),
    from: required(4, register),
    dataFrom: optional(5, register),
    /** Milliseconds. */
    timeout: optional(6, number64),
    expression: optional(7, oneOf(simpleExpressions)),
    flags: optional(9, number32),
  }),
};

/** An expression in an attribute: its name and its data. */
export const expression: Codec<Expression> = oneOf({ ...simpleExpressions, ...holding });

/** What a rule is made of (NFTA_RULE_EXPRESSIONS). */
export const expressions: Codec<readonly Expression[]> = list(expression);
