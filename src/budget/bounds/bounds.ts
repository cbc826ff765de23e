/** What is certain about a number: it is not below `lower`, and not above `upper`. */
export type Bounds = {
  readonly lower: number;
  readonly upper: number;
  /** What is printed as the number. null: unknown. */
  readonly used: number | null;
  /** Why the bounds are not the same. */
  readonly reason?: string;
};

export const exactly = (used: number): Bounds => ({ lower: used, upper: used, used });

export const unknown = (reason: string): Bounds => ({ lower: 0, upper: Infinity, used: null, reason });

/** The sum of two numbers. */
export const plus = (a: Bounds, b: Bounds): Bounds => ({
  lower: a.lower + b.lower,
  upper: a.upper + b.upper,
  used: a.used === null || b.used === null ? null : a.used + b.used,
  ...reasonOf(a, b),
});

/** The greater of two numbers. */
export const greater = (a: Bounds, b: Bounds): Bounds => ({
  lower: Math.max(a.lower, b.lower),
  upper: Math.max(a.upper, b.upper),
  used: a.used === null || b.used === null ? null : Math.max(a.used, b.used),
  ...reasonOf(a, b),
});

/** The same number when it is known not to exceed another. */
export const atMost = (bounds: Bounds, most: number): Bounds => ({
  ...bounds,
  upper: Math.max(bounds.lower, Math.min(bounds.upper, most)),
});

/** Of whichever has none above; what one can be off by says nothing where the other can be anything. */
function reasonOf(a: Bounds, b: Bounds): { readonly reason?: string } {
  const [first, second] = b.upper === Infinity && a.upper !== Infinity ? [b, a] : [a, b];
  const reason = first.reason ?? second.reason;
  return reason === undefined ? {} : { reason };
}
