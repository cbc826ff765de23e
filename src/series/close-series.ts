import type { Sample, Series } from '../measurement/series.js';
import type { InOut } from '../measurement/traffic.js';
import { type IpOctets, ipOctets, type Milliseconds, type OctetsPerSecond, octetsPerSecond } from '../units.js';
import { highest, ratesBetween, START, startOfTail } from './rates.js';
import type { Samples } from './series.js';

/** The end of a run. */
export type SeriesEnd = {
  /** From the command's start until the last of its processes, and the last of its bytes, was gone. */
  readonly durationMs: Milliseconds;
  /** What the exact count says. null: unknown. */
  readonly total: InOut<IpOctets | null>;
  /** What a last sample said; undefined: none could be taken. */
  readonly sampled: InOut<IpOctets> | undefined;
};

/**
 * Closes the series with the run's totals. Samples are read in passing and can be a little off, always by the same share
 * of what moved: they are drawn to where the exact count ends. The intervals between them, the last one too, make up the
 * whole run, so that its peak is never below its average.
 */
export function closeSeries(series: Samples, { durationMs, total, sampled }: SeriesEnd): Series {
  const { intervalMs, takenEveryMs } = series;
  if (total.in === null || total.out === null) return unknownEnd(series, durationMs);
  const end = { atMs: durationMs, in: total.in, out: total.out };
  const fit = {
    in: fitting(total.in, sampled?.in, durationMs),
    out: fitting(total.out, sampled?.out, durationMs),
  };
  const fitted = ({ atMs, ...sample }: Sample) => ({
    atMs,
    in: fit.in.octets(sample.in, atMs),
    out: fit.out.octets(sample.out, atMs),
  });
  const samples = withNewest(series).filter(({ atMs }) => atMs < durationMs);
  const average = ratesBetween(START, end);
  const sampledPeak = { in: series.peak.in * fit.in.share, out: series.peak.out * fit.out.share };
  const tail = ratesBetween(startOfTail(newestOf(series, durationMs).map(fitted), durationMs, takenEveryMs), end);
  return {
    intervalMs,
    durationMs,
    samples: samples.map(fitted),
    average: durationMs > 0 ? rounded(average) : null,
    // Samples behind the end of all traffic, while something was still waited for, make a slow interval of a fast one.
    peak: durationMs > 0 ? rounded([sampledPeak, tail].reduce(highest, average)) : null,
  };
}

/** What was sampled before the end, the newest first, each once: the two newest are kept, too, or not. */
const newestOf = ({ samples, last, lastButOne }: Samples, endMs: number): readonly Sample[] =>
  [...new Set([last, lastButOne, ...samples.toReversed()])].filter(
    (sample) => sample !== undefined && sample.atMs < endMs,
  ) as Sample[];

/**
 * How the samples of one direction become what the exact count says. Where they saw nothing at all, nobody knows when it moved: it
 * belongs to all of the run.
 */
function fitting(total: IpOctets, sampled: IpOctets | undefined, durationMs: Milliseconds): Fitting {
  if (sampled === 0) return { share: 0, octets: (_, atMs) => ipOctets(Math.round((total * atMs) / durationMs)) };
  const share = sampled === undefined ? 1 : total / sampled;
  return { share, octets: (octets) => ipOctets(Math.min(total, Math.round(octets * share))) };
}

type Fitting = { readonly share: number; readonly octets: (octets: IpOctets, atMs: Milliseconds) => IpOctets };

/** Without totals there are the samples alone, and the peak between them. */
const unknownEnd = (series: Samples, durationMs: Milliseconds): Series => ({
  intervalMs: series.intervalMs,
  durationMs,
  samples: withNewest(series),
  average: null,
  peak: series.samples.length > 0 ? rounded(series.peak) : null,
});

const withNewest = ({ samples, last }: Samples): readonly Sample[] =>
  last && last !== samples.at(-1) ? [...samples, last] : samples;

const rounded = ({ in: incoming, out }: InOut<number>): InOut<OctetsPerSecond> => ({
  in: octetsPerSecond(Math.round(incoming)),
  out: octetsPerSecond(Math.round(out)),
});
