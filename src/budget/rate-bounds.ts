import type { InOut } from '../measurement/traffic.js';
import { type Bounds, exactly, greater, unknown } from './bounds.js';
import type { Evidence } from './evidence.js';
import { wireBounds } from './wire-bounds.js';

/** Samples read counters that can be 1 % high behind an uplink that hides segments, and 5 % low by /proc alone. */
const SAMPLE_HIGH = 0.01;
const SAMPLE_LOW = 0.05;

/** Octets per second of the busier direction over the command's duration. */
export function averageRate(evidence: Evidence): Bounds {
  const { series, durationMs } = evidence;
  if (!series?.average || !durationMs) return unknown('the average rate is not known');
  return { ...busier(evidence, durationMs), used: Math.max(series.average.in, series.average.out) };
}

/**
 * Octets per second of the busier direction in its fastest interval. What comes after the last sample, or is a run
 * without one, counts as an interval: a burst is no faster for ending soon.
 */
export function peakRate(evidence: Evidence): Bounds {
  const { external, series, intervalMs } = evidence;
  if (!series || !intervalMs) return unknown('the rate was not sampled');
  const last = series.samples.at(-1);
  if (!series.peak || !last) return busier(evidence, intervalMs);
  const { in: incoming, out } = external;
  if (incoming.wireOctets === null || out.wireOctets === null) return unknown('the wire octets could not be measured');
  const rest: InOut<number> = { in: incoming.wireOctets - last.in, out: out.wireOctets - last.out };
  const tail = exactly(perSecond(Math.max(rest.in, rest.out, 0), intervalMs));
  const peak = Math.max(series.peak.in, series.peak.out);
  const sampled = {
    lower: evidence.isShared ? 0 : Math.floor(peak * (1 - SAMPLE_HIGH)),
    upper: Math.ceil(peak * (1 + SAMPLE_LOW)),
    used: peak,
    reason: evidence.isShared
      ? 'others used the same namespace, and the number holds theirs'
      : 'a peak comes from samples, which can be 1 % high or 5 % low',
  };
  return greater(sampled, evidence.isShared ? { ...tail, lower: 0 } : tail);
}

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
