import type { Sample } from '../measurement/series.js';
import type { InOut } from '../measurement/traffic.js';
import { type IpOctets, type Milliseconds, milliseconds } from '../units.js';
import { highest, type Point, ratesBetween, START } from './rates.js';

/** A run of any length keeps at most this many samples. */
export const MAX_SAMPLES = 512;

/** Samples taken so far. Those kept are `intervalMs` apart, which doubles whenever they become too many. */
export type Samples = {
  /** As asked for: the distance at which samples are taken. */
  readonly takenEveryMs: Milliseconds;
  readonly intervalMs: Milliseconds;
  readonly samples: readonly Sample[];
  /** The two newest, kept or not. */
  readonly last: Sample | undefined;
  readonly lastButOne: Sample | undefined;
  /** Between two successive samples as they were taken. */
  readonly peak: InOut<number>;
};

export const noSamples = (intervalMs: Milliseconds): Samples => ({
  takenEveryMs: intervalMs,
  intervalMs,
  samples: [],
  last: undefined,
  lastButOne: undefined,
  peak: { in: 0, out: 0 },
});

/**
 * Adds a sample, which is never below the one before it: bytes do not come back. Peaks are those between successive ones as they
 * were taken, and survive the thinning.
 */
export function addSample(series: Samples, taken: Sample, max = MAX_SAMPLES): Samples {
  const { intervalMs, samples, last } = series;
  const sample = { ...taken, ...notBelow(last ?? START, taken) };
  const peak = highest(series.peak, ratesBetween(last ?? START, sample));
  const next = { ...series, last: sample, lastButOne: last, peak };
  const kept = samples.at(-1);
  // Timers are late by a little, never early by a quarter.
  if (kept && sample.atMs - kept.atMs < intervalMs * 0.75) return next;
  if (samples.length < max) return { ...next, samples: [...samples, sample] };
  // Every second one goes: cumulative counts lose detail, not bytes.
  return {
    ...next,
    intervalMs: milliseconds(intervalMs * 2),
    samples: samples.filter((_, index) => index % 2 === 1),
  };
}

const notBelow = (before: Point, { in: incoming, out }: InOut<IpOctets>) => ({
  in: (incoming < before.in ? before.in : incoming) as IpOctets,
  out: (out < before.out ? before.out : out) as IpOctets,
});
