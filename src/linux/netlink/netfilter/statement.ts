import type { Expression } from './expression.js';
import type { Field, Need } from './field.js';

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
export type AnonymousElement = { readonly key: Buffer; readonly isEnd?: boolean };

export type Step = Expression | Among;

/** Part of a rule, as nft(8) has it: one or more expressions, with what must be known of a packet before. */
export type Statement = {
  readonly steps: readonly Step[];
  readonly needs: readonly Need[];
  /** What is known behind it. */
  readonly shows?: Need;
};

/** The first of the kernel's registers; keys of several fields fill those behind it. */
export const FIRST = 1;

/** Fields of a key begin at registers, which have four bytes. */
export const padded = (octets: number): number => 4 * Math.ceil(octets / 4);
