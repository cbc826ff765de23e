import type { Expression } from './expression.js';
import type { Field } from './field.js';
import type { COMPARISONS } from './numbers.js';
import { type Among, type AnonymousElement, FIRST, type Statement } from './statement.js';

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
