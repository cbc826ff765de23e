import { type Bounds, greater, unknown } from './bounds.js';
import type { Evidence } from './evidence.js';
import { wireBounds } from './wire-bounds.js';

/** Samples read counters that can be 1 % high behind an uplink that hides segments, and 5 % low by /proc alone. */
const SAMPLE_HIGH = 0.01;
const SAMPLE_LOW = 0.05;

/** Octets per second of the busier direction, until the last of them. */
export function averageRate(evidence: Evidence): Bounds {
  const { series } = evidence;
  if (!series?.average || !series.durationMs) return unknown('the average rate is not known');
  return { ...busier(evidence, series.durationMs), used: Math.max(series.average.in, series.average.out) };
}

/** Octets per second of the busier direction in its fastest interval. A run without a sample is one interval. */
export function peakRate(evidence: Evidence): Bounds {
  const { series, isShared = false } = evidence;
  if (!series) return unknown('the rate was not sampled');
  if (!series.peak) return unknown('the wire octets could not be measured');
  if (series.samples.length === 0 && series.average) return averageRate(evidence);
  const peak = Math.max(series.peak.in, series.peak.out);
  // The tree's own sockets are read as exactly in passing as at the end.
  if (isExactInPassing(evidence)) return { lower: peak, upper: peak, used: peak };
  return {
    lower: isShared ? 0 : Math.floor(peak * (1 - SAMPLE_HIGH)),
    upper: Math.ceil(peak * (1 + SAMPLE_LOW)),
    used: peak,
    reason: isShared
      ? 'others can have used the same namespace, and the number holds theirs'
      : 'a peak comes from samples, which can be 1 % high or 5 % low',
  };
}

const isExactInPassing = ({ method: { name, errorBound } }: Evidence) =>
  name === 'cgroup' && errorBound.in === 0 && errorBound.out === 0;

function busier(evidence: Evidence, ms: number): Bounds {
  const wire = wireBounds(evidence);
  const bounds = greater(wire.in, wire.out);
  const { lower, upper, used } = bounds;
  return {
    ...bounds,
    lower: perSecond(lower, ms),
    upper: perSecond(upper, ms),
    used: used === null ? null : perSecond(used, ms),
  };
}

const perSecond = (octets: number, ms: number) => Math.round((octets * 1000) / ms);
