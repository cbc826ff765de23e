import type { InOut, Sample, Series } from '../measurement.js';
import { type IpOctets, type Milliseconds, milliseconds, type OctetsPerSecond, octetsPerSecond } from '../units.js';

/** A run of any length keeps at most this many samples. */
export const MAX_SAMPLES = 512;

/** Samples taken so far, at a distance that doubles whenever they become too many. */
export type Samples = {
  readonly intervalMs: Milliseconds;
  readonly samples: readonly Sample[];
  readonly peak: InOut<number>;
};

export const noSamples = (intervalMs: Milliseconds): Samples => ({ intervalMs, samples: [], peak: { in: 0, out: 0 } });

/** Adds a sample. Peaks are those of the distance at which it was taken, and survive the thinning. */
export function addSample(series: Samples, sample: Sample, max = MAX_SAMPLES): Samples {
  const last = series.samples.at(-1);
  const peak = last ? highest(series.peak, rates(last, sample)) : highest(series.peak, rates(START, sample));
  const samples = [...series.samples, sample];
  if (samples.length <= max) return { ...series, samples, peak };
  // Every second one goes, the newest stays: cumulative counts lose detail, not bytes.
  const thinned = samples.filter((_, index) => (samples.length - 1 - index) % 2 === 0);
  return { intervalMs: milliseconds(series.intervalMs * 2), samples: thinned, peak };
}

/** Closes the series with the run's totals; a run without a whole interval has an average and no peak. */
export function closeSeries(series: Samples, total: InOut<IpOctets | null>, durationMs: Milliseconds): Series {
  const { intervalMs, samples, peak } = series;
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
