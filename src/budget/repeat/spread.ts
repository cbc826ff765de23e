import type { RunSummary, Spread } from '../../measurement/repeat.js';

/** Octets of a run in one direction, or in total. null: unknown. */
export function octetsOf({ wireOctets }: RunSummary, kind: 'in' | 'out' | 'total'): number | null {
  if (kind !== 'total') return wireOctets[kind];
  return wireOctets.in === null || wireOctets.out === null ? null : wireOctets.in + wireOctets.out;
}

/** How far runs differ in one number; null where a run does not know it. */
export function spreadOf(runs: readonly RunSummary[], kind: 'in' | 'out' | 'total'): Spread | null {
  const octets = known(runs.map((run) => octetsOf(run, kind)));
  if (!octets || octets.length === 0) return null;
  return {
    median: median(octets),
    min: Math.min(...octets),
    max: Math.max(...octets),
    standardDeviation: Math.round(deviation(octets)),
  };
}

/** Minimum modified Z-score of an outlier, as hyperfine has it: ten standard deviations, estimated by the MAD. */
const THRESHOLD = 1.4826 * 10;

/** Runs are often the same to the octet, and an acknowledgement more makes no outlier: a MAD is at least this of the median. */
const LEAST_MAD = 0.001;

/** Indexes of the runs whose total is far from the others (Iglewicz and Hoaglin, 1993: the modified Z-score). */
export function outliers(runs: readonly RunSummary[]): number[] {
  const octets = known(runs.map((run) => octetsOf(run, 'total')));
  if (!octets || octets.length === 0) return [];
  const middle = median(octets);
  const mad = Math.max(median(octets.map((each) => Math.abs(each - middle))), middle * LEAST_MAD, Number.EPSILON);
  return octets.flatMap((each, index) => (Math.abs(each - middle) / mad > THRESHOLD ? [index] : []));
}

function known(octets: readonly (number | null)[]): readonly number[] | undefined {
  const numbers = octets.filter((each) => each !== null);
  return numbers.length === octets.length ? numbers : undefined;
}

/** Of an even number, the mean of the two in the middle. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}

/** Of a sample; one run deviates from nothing. */
function deviation(numbers: readonly number[]): number {
  const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const squares = numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return numbers.length < 2 ? 0 : Math.sqrt(squares / (numbers.length - 1));
}
