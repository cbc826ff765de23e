import type { Sample, Series } from '../measurement/series.js';
import type { InOut } from '../measurement/traffic.js';
import { type IpOctets, type Milliseconds, milliseconds, type OctetsPerSecond, octetsPerSecond } from '../units.js';

/** A run of any length keeps at most this many samples. */
export const MAX_SAMPLES = 512;

/** Samples taken so far. Those kept are `intervalMs` apart, which doubles whenever they become too many. */
export type Samples = {
  readonly intervalMs: Milliseconds;
  readonly samples: readonly Sample[];
  /** The newest, kept or not. */
  readonly last: Sample | undefined;
  readonly peak: InOut<number>;
};

export const noSamples = (intervalMs: Milliseconds): Samples => ({
  intervalMs,
  samples: [],
  last: undefined,
  peak: { in: 0, out: 0 },
});

/** Adds a sample. Peaks are those between neighbours as they were taken, and survive the thinning. */
export function addSample(series: Samples, sample: Sample, max = MAX_SAMPLES): Samples {
  const { intervalMs, samples } = series;
  const peak = highest(series.peak, rates(series.last ?? START, sample));
  const kept = samples.at(-1);
  // Timers are late by a little, never early by a quarter.
  if (kept && sample.atMs - kept.atMs < intervalMs * 0.75) return { ...series, last: sample, peak };
  if (samples.length < max) return { intervalMs, samples: [...samples, sample], last: sample, peak };
  // Every second one goes: cumulative counts lose detail, not bytes.
  const thinned = samples.filter((_, index) => index % 2 === 1);
  return { intervalMs: milliseconds(intervalMs * 2), samples: thinned, last: sample, peak };
}

/** Closes the series with the run's totals; a run without a whole interval has an average and no peak. */
export function closeSeries(series: Samples, total: InOut<IpOctets | null>, durationMs: Milliseconds): Series {
  const { intervalMs, last, peak } = series;
  const samples = last && last !== series.samples.at(-1) ? [...series.samples, last] : series.samples;
  const average =
    durationMs > 0 && total.in !== null && total.out !== null ? perSecond(total.in, total.out, durationMs) : null;
  const known = samples.length > 0 ? { in: octetsPerSecond(peak.in), out: octetsPerSecond(peak.out) } : null;
  return { intervalMs, samples, average, peak: known };
}

const START = { atMs: milliseconds(0), in: 0, out: 0 };

type Point = { readonly atMs: number; readonly in: number; readonly out: number };

function rates(from: Point, to: Point): InOut<number> {
  return to.atMs > from.atMs ? perSecond(to.in - from.in, to.out - from.out, to.atMs - from.atMs) : { in: 0, out: 0 };
}

const perSecond = (octetsIn: number, octetsOut: number, ms: number): InOut<OctetsPerSecond> => ({
  in: octetsPerSecond(Math.round((octetsIn * 1000) / ms)),
  out: octetsPerSecond(Math.round((octetsOut * 1000) / ms)),
});

const highest = (a: InOut<number>, b: InOut<number>): InOut<number> => ({
  in: Math.max(a.in, b.in),
  out: Math.max(a.out, b.out),
});
