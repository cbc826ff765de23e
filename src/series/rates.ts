import type { InOut } from '../measurement/traffic.js';

/** Cumulative octets at a moment. */
export type Point = { readonly atMs: number; readonly in: number; readonly out: number };

export const START: Point = { atMs: 0, in: 0, out: 0 };

/** Octets per second between two moments, as fractions; between two at one time there is no rate. */
export function ratesBetween(from: Point, to: Point): InOut<number> {
  const ms = to.atMs - from.atMs;
  return ms > 0 ? { in: perSecond(to.in - from.in, ms), out: perSecond(to.out - from.out, ms) } : { in: 0, out: 0 };
}

export const highest = (a: InOut<number>, b: InOut<number>): InOut<number> => ({
  in: Math.max(a.in, b.in),
  out: Math.max(a.out, b.out),
});

const perSecond = (octets: number, ms: number) => (octets * 1000) / ms;

/** A last interval that is shorter than this share of the others belongs to the one before it. */
const SHORTEST_SHARE = 0.5;

/**
 * Where the last interval of a series begins. A packet a millisecond behind a sample would be the highest rate of all: what
 * is shorter than half an interval is no interval of its own.
 * @param before the samples before it, the newest first
 */
export function startOfTail(before: readonly Point[], endMs: number, intervalMs: number): Point {
  const [last = START, lastButOne = START] = before;
  return endMs - last.atMs < intervalMs * SHORTEST_SHARE ? lastButOne : last;
}
