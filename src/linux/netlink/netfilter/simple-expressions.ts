import {
  number8,
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
import {
  ADDRESS_FAMILIES,
  COMPARISONS,
  CONNECTION_KEYS,
  FIB_RESULTS,
  META_KEYS,
  NAT_TYPES,
  OBJECT_TYPES,
  PAYLOAD_BASES,
  REJECT_TYPES,
  VERDICTS,
} from './numbers.js';

/** A number of linux/netfilter/nf_tables.h, enum nft_registers: what one expression leaves for the next. */
export const register = number32;

/** NFTA_DATA_VALUE, and NFTA_DATA_VERDICT with its code and chain. */
export const data = record({
  value: optional(1, octets),
  verdict: optional(2, record({ code: required(1, word(VERDICTS, signed32)), chain: optional(2, text) })),
});
const value = within(1, octets);

/** The kernel's running counts. */
export const counter = record({ bytes: optional(1, number64), packets: optional(2, number64) });

/** `flags` 1: it matches beyond the limit, not within it (NFT_QUOTA_F_INV). */
export const quota = record({
  bytes: required(1, number64),
  flags: optional(2, number32),
  consumed: optional(4, number64),
});

/** The expressions that hold no others, by the kernel's names; members by its attributes (NFTA_META_DREG is `to`). */
export const simpleExpressions = {
  meta: record({ to: optional(1, register), key: required(2, word(META_KEYS)), from: optional(3, register) }),
  payload: record({
    to: optional(1, register),
    base: required(2, word(PAYLOAD_BASES)),
    offset: required(3, number32),
    length: required(4, number32),
    from: optional(5, register),
    /** 1: what is written changes a checksum like the Internet's (NFT_PAYLOAD_CSUM_INET), at an offset of the same header. */
    checksumType: optional(6, number32),
    checksumOffset: optional(7, number32),
  }),
  cmp: record({ from: required(1, register), op: required(2, word(COMPARISONS)), data: required(3, value) }),
  range: record({
    from: required(1, register),
    op: required(2, word(COMPARISONS)),
    min: required(3, value),
    max: required(4, value),
  }),
  bitwise: record({
    from: required(1, register),
    to: required(2, register),
    length: required(3, number32),
    mask: optional(4, value),
    xor: optional(5, value),
    op: optional(6, number32),
    data: optional(7, value),
  }),
  immediate: record({ to: required(1, register), data: required(2, data) }),
  lookup: record({
    set: required(1, text),
    from: required(2, register),
    to: optional(3, register),
    setId: optional(4, number32),
    /** 1: the rule goes on where the key is not in the set (NFT_LOOKUP_F_INV). */
    flags: optional(5, number32),
  }),
  counter,
  quota,
  limit: record({
    rate: required(1, number64),
    /** Seconds. */
    unit: required(2, number64),
    burst: optional(3, number32),
    /** 0: packets, 1: bytes. */
    type: optional(4, number32),
    flags: optional(5, number32),
  }),
  masq: record({ flags: optional(1, number32), portMin: optional(2, register), portMax: optional(3, register) }),
  nat: record({
    type: required(1, word(NAT_TYPES)),
    family: required(2, word(ADDRESS_FAMILIES)),
    addressMin: optional(3, register),
    addressMax: optional(4, register),
    portMin: optional(5, register),
    portMax: optional(6, register),
    flags: optional(7, number32),
  }),
  redir: record({ portMin: optional(1, register), portMax: optional(2, register), flags: optional(3, number32) }),
  ct: record({
    to: optional(1, register),
    key: required(2, word(CONNECTION_KEYS)),
    direction: optional(3, number8),
    from: optional(4, register),
  }),
  reject: record({ type: required(1, word(REJECT_TYPES)), code: optional(2, number8) }),
  fib: record({
    to: required(1, register),
    result: required(2, word(FIB_RESULTS)),
    /** 1: of the source, 2: of the destination; more in enum nft_fib_flags. */
    flags: required(3, number32),
  }),
  objref: record({
    type: optional(1, word(OBJECT_TYPES)),
    name: optional(2, text),
    from: optional(3, register),
    set: optional(4, text),
    setId: optional(5, number32),
  }),
  notrack: record({}),
};
