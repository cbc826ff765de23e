import {
  type Codec,
  list,
  number32,
  number64,
  octets,
  optional,
  record,
  required,
  signed32,
  text,
  within,
  word,
} from './codec.js';
import { expression, expressions } from './expression.js';
import { OBJECT_TYPES } from './numbers.js';
import { data } from './simple-expressions.js';

/** What messages hold of each kind of thing: linux/netfilter/nf_tables.h, enum nft_table_attributes and its like. */
type Held<C> = C extends Codec<infer T> ? T : never;

/** NFT_TABLE_F_OWNER (Linux 5.12): nobody but the socket that made it changes it, and it goes with that socket. */
export const TABLE_OWNER = 2;
/** NFT_TABLE_F_PERSIST (Linux 6.9): when that socket is closed the table stays, and is nobody's. */
export const TABLE_PERSIST = 4;

export const table = record({
  name: required(1, text),
  flags: optional(2, number32),
  handle: optional(4, number64),
  /** The port of the socket that owns it. */
  owner: optional(7, number32),
});
export type Table = Held<typeof table>;

export const chain = record({
  table: required(1, text),
  handle: optional(2, number64),
  name: optional(3, text),
  /** Of a base chain: a number of the family's hooks. */
  hook: optional(4, record({ number: optional(1, number32), priority: required(2, signed32) })),
  policy: optional(5, number32),
  /** filter, nat or route. */
  type: optional(7, text),
});
export type Chain = Held<typeof chain>;

export const rule = record({
  table: required(1, text),
  chain: optional(2, text),
  handle: optional(3, number64),
  expressions: optional(4, expressions),
  userdata: optional(7, octets),
});
export type Rule = Held<typeof rule>;

/** enum nft_set_flags. */
export const SET_FLAGS = {
  anonymous: 0x1,
  constant: 0x2,
  interval: 0x4,
  map: 0x8,
  timeout: 0x10,
  dynamic: 0x20,
} as const;

export const set = record({
  table: required(1, text),
  name: required(2, text),
  flags: optional(3, number32),
  /** nft's numbers of its types; the kernel only keeps them. */
  keyType: optional(4, number32),
  keyLength: optional(5, number32),
  dataType: optional(6, number32),
  dataLength: optional(7, number32),
  description: optional(9, record({ size: optional(1, number32) })),
  id: optional(10, number32),
  timeout: optional(11, number64),
  userdata: optional(13, octets),
  handle: optional(16, number64),
  /** What each element gets. */
  expression: optional(17, expression),
});
export type NamedSet = Held<typeof set>;

/** NFT_SET_ELEM_INTERVAL_END. */
export const INTERVAL_END = 1;

export const element = record({
  key: optional(1, within(1, octets)),
  data: optional(2, data),
  flags: optional(3, number32),
  /** Milliseconds. */
  timeout: optional(4, number64),
  /** Milliseconds that are left of it. */
  expiration: optional(5, number64),
  userdata: optional(6, octets),
  expression: optional(7, expression),
});
export type Element = Held<typeof element>;

export const elements = record({
  table: required(1, text),
  set: required(2, text),
  elements: optional(3, list(element)),
  setId: optional(4, number32),
});

export const object = record({
  table: required(1, text),
  name: required(2, text),
  type: required(3, word(OBJECT_TYPES)),
  /** Attributes, as `counter` and `quota` read them. */
  data: optional(4, { ...octets, isNested: true }),
});
export type NamedObject = Held<typeof object>;
