import { addressBytes } from '../../ip-address.js';
import { be16 } from '../values.js';
import type { Expression } from './expression.js';
import type { Field, Need } from './field.js';
import type { COMPARISONS, OBJECT_TYPES, REJECT_TYPES, SET_OPERATIONS, VERDICTS } from './numbers.js';

/** Goes on where a register is, or is not, among values: a set without a name, which is made and goes with its rule. */
export type Among = {
  readonly kind: 'among';
  readonly from: number;
  readonly field: Field;
  readonly elements: readonly AnonymousElement[];
  /** Elements begin and end ranges. */
  readonly isInterval: boolean;
  readonly isInverted: boolean;
};
type AnonymousElement = { readonly key: Buffer; readonly isEnd?: boolean };

export type Step = Expression | Among;

/** Part of a rule, as nft(8) has it: one or more expressions, with what must be known of a packet before. */
export type Statement = {
  readonly steps: readonly Step[];
  readonly needs: readonly Need[];
  /** What is known behind it. */
  readonly shows?: Need;
};

/** The expressions of statements one after the other, with those that they need, each once. */
export function ruleOf(...statements: readonly Statement[]): readonly Step[] {
  const known: Need[] = [];
  return statements.flatMap(({ steps, needs, shows }) => {
    const missing = needs.filter((need) => !known.some((each) => isSame(each, need)));
    known.push(...missing, ...(shows ? [shows] : []));
    return [...missing.flatMap((need) => is(need.field, Buffer.of(need.value)).steps), ...steps];
  });
}

const isSame = (a: Need, b: Need) => a.field === b.field && a.value === b.value;

/** The first of the kernel's registers; keys of several fields fill those behind it. */
const FIRST = 1;

/** enum nft_registers: 16 bytes each by the numbers up to 4, 4 bytes each from 8 on; both are the same memory. */
const registerAt = (offset: number) => (offset % 16 === 0 ? FIRST + offset / 16 : 8 + offset / 4);

const compare = (field: Field, op: keyof typeof COMPARISONS, data: Buffer): Statement => ({
  needs: field.needs,
  steps: [field.load(FIRST), { kind: 'cmp', from: FIRST, op, data }],
  ...(op === '==' && data.length === 1 && { shows: { field, value: data.readUInt8() } }),
});

export const is = (field: Field, value: Buffer): Statement => compare(field, '==', value);
export const isNot = (field: Field, value: Buffer): Statement => compare(field, '!=', value);

function among(
  field: Field,
  elements: readonly AnonymousElement[],
  isInverted: boolean,
  isInterval = false,
): Statement {
  const step: Among = { kind: 'among', from: FIRST, field, elements, isInterval, isInverted };
  return { needs: field.needs, steps: [field.load(FIRST), step] };
}

/** One value is compared with, as nft does it. */
const oneOrAmong = (field: Field, values: readonly Buffer[], isInverted: boolean): Statement => {
  const [first] = values;
  if (first && values.length === 1) return compare(field, isInverted ? '!=' : '==', first);
  return among(
    field,
    values.map((key) => ({ key })),
    isInverted,
  );
};

export const isAmong = (field: Field, values: readonly Buffer[]): Statement => oneOrAmong(field, values, false);
export const isNotAmong = (field: Field, values: readonly Buffer[]): Statement => oneOrAmong(field, values, true);

/** @param bounds where ranges begin, and where those end, in turns and rising; the last may be open */
export const isWithin = (field: Field, bounds: readonly Buffer[]): Statement =>
  among(
    field,
    [
      { key: Buffer.alloc(field.octets), isEnd: true },
      ...bounds.map((key, index) => ({ key, isEnd: index % 2 === 1 })),
    ],
    false,
    true,
  );

/** Whether it is in a set that has a name. */
export const isIn = (field: Field, set: string): Statement => ({
  needs: field.needs,
  steps: [field.load(FIRST), { kind: 'lookup', set, from: FIRST }],
});

const masked = (field: Field, mask: Buffer): readonly Expression[] => [
  field.load(FIRST),
  { kind: 'bitwise', from: FIRST, to: FIRST, length: mask.length, mask, xor: Buffer.alloc(mask.length) },
];

/** Whether any of some bits is set. */
export const hasAnyOf = (field: Field, mask: Buffer): Statement => ({
  needs: field.needs,
  steps: [...masked(field, mask), { kind: 'cmp', from: FIRST, op: '!=', data: Buffer.alloc(mask.length) }],
});

/** Whether those bits that a mask covers have these values. */
export const bitsAre = (field: Field, mask: Buffer, data: Buffer): Statement => ({
  needs: field.needs,
  steps: [...masked(field, mask), { kind: 'cmp', from: FIRST, op: '==', data }],
});

/** Whether an address is in a network, of a prefix length in bits. Whole bytes are compared as they are. */
export function isInNetwork(field: Field, address: Buffer, length: number): Statement {
  if (length === 0) return { needs: field.needs, steps: [] };
  const mask = Buffer.from(Array.from({ length: field.octets }, (_, index) => maskByte(length - 8 * index)));
  const network = Buffer.from(address.map((byte, index) => byte & (mask[index] ?? 0)));
  if (length % 8 !== 0) return bitsAre(field, mask, network);
  const load = field.load(FIRST);
  const part = load.kind === 'payload' ? { ...load, length: length / 8 } : load;
  return {
    needs: field.needs,
    steps: [part, { kind: 'cmp', from: FIRST, op: '==', data: network.subarray(0, length / 8) }],
  };
}

const maskByte = (bits: number) => (0xff00 >> Math.min(8, Math.max(0, bits))) & 0xff;

/** How an element of a set gets there while packets pass. */
export type Remembered = {
  readonly op: keyof typeof SET_OPERATIONS;
  readonly set: string;
  readonly key: readonly Field[];
  /** Milliseconds until it goes. */
  readonly timeout?: bigint;
  /** It counts the packets that met this. */
  readonly counts?: boolean;
};

/** Puts fields of the packet into a set, unless it is full, which ends the rule. */
export function remember({ op, set, key, timeout, counts = false }: Remembered): Statement {
  let offset = 0;
  const steps = key.map((field) => {
    const step = field.load(registerAt(offset));
    offset += padded(field.octets);
    return step;
  });
  const counter = counts ? ({ expression: { kind: 'counter' } } as const) : {};
  const add: Expression = {
    kind: 'dynset',
    set,
    op,
    from: FIRST,
    ...(timeout !== undefined && { timeout }),
    ...counter,
  };
  return { needs: key.flatMap(({ needs }) => needs), steps: [...steps, add] };
}

/** Fields of a key begin at registers, which have four bytes. */
export const padded = (octets: number): number => 4 * Math.ceil(octets / 4);

const alone = (...steps: readonly Expression[]): Statement => ({ needs: [], steps });

export const count: Statement = alone({ kind: 'counter' });

/** Has a counter or quota with a name see the packet. A quota lets those pass that are over it. */
export const passTo = (type: keyof typeof OBJECT_TYPES, name: string): Statement =>
  alone({ kind: 'objref', type, name });

const verdict = (code: keyof typeof VERDICTS, chain?: string): Statement =>
  alone({ kind: 'immediate', to: 0, data: { verdict: { code, ...(chain !== undefined && { chain }) } } });

export const accept: Statement = verdict('accept');
export const drop: Statement = verdict('drop');
export const leave: Statement = verdict('return');
export const goTo = (chain: string): Statement => verdict('goto', chain);

export const masquerade: Statement = alone({ kind: 'masq' });

const NF_NAT_RANGE_PROTO_SPECIFIED = 2;

/** Sends the packet to an address and port instead of its own. */
export function destineTo(address: string, port: number): Statement {
  const bytes = addressBytes(address);
  return alone(
    { kind: 'immediate', to: FIRST, data: { value: bytes } },
    { kind: 'immediate', to: FIRST + 1, data: { value: be16(port) } },
    {
      kind: 'nat',
      type: 'dnat',
      family: bytes.length === 4 ? 'ip' : 'ip6',
      addressMin: FIRST,
      portMin: FIRST + 1,
      flags: NF_NAT_RANGE_PROTO_SPECIFIED,
    },
  );
}

/** NFT_REJECT_ICMPX_. */
export const REJECT_CODES = {
  'no-route': 0,
  'port-unreachable': 1,
  'host-unreachable': 2,
  'admin-prohibited': 3,
} as const;

/** By an ICMP or ICMPv6 error, whichever the packet's family has. */
export const rejectWith = (code: keyof typeof REJECT_CODES): Statement =>
  alone({ kind: 'reject', type: 'icmpx', code: REJECT_CODES[code] });

/** By a TCP segment with the flag RST. */
export const reset: Statement = alone({
  kind: 'reject',
  type: 'tcp reset' satisfies keyof typeof REJECT_TYPES,
  code: 0,
});
