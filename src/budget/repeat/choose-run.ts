import type { Verdict } from '../../measurement/budget.js';
import type { Repeat, RunSummary } from '../../measurement/repeat.js';
import { octetsOf } from './spread.js';

const RANKS: Readonly<Record<Verdict, number>> = { within: 0, unmeasured: 1, exceeded: 2 };

/**
 * Which of several runs stands for all: the one of the worst verdict (of those, the one that used most), or the one in the
 * middle by its total. Of an even number that is the larger of the two; where a total is unknown there is no middle.
 * @returns its index
 */
export function chooseRun(runs: readonly RunSummary[], judge: Repeat['judge']): number {
  const totals = runs.map((run) => octetsOf(run, 'total') ?? Infinity);
  const indexes = runs.map((_, index) => index);
  const bySize = (a: number, b: number) => compare(totals[a], totals[b]) || a - b;
  if (judge === 'median' && !totals.includes(Infinity))
    return indexes.toSorted(bySize)[Math.floor(runs.length / 2)] ?? 0;
  const rank = (index: number) => RANKS[runs[index]?.verdict ?? 'within'];
  return indexes.toSorted((a, b) => rank(b) - rank(a) || compare(totals[b], totals[a]) || a - b)[0] ?? 0;
}

/** Infinity less itself is no number. */
const compare = (a = 0, b = 0) => (a === b ? 0 : a < b ? -1 : 1);
