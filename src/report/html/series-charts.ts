import type { Measurement } from '../../measurement/measurement.js';
import { duration, rate, rounded } from '../format-octets.js';
import { allowedText, limitName } from '../phrases/limit-text.js';
import { type Moment, timeline } from '../timeline.js';
import { type Chart, chartHtml, type Series } from './chart.js';

/** The time series as drawings: how fast, and how much so far. A run shorter than a sample has nothing to draw. */
export function seriesCharts(measurement: Measurement): string[] {
  const moments = timeline(measurement).filter(isKnown);
  const last = moments.at(-1);
  if (measurement.series.samples.length === 0 || !last || last.atMs <= 0) return [];
  return [
    rateChart(evenSteps(moments, measurement.series.intervalMs), last),
    totalChart(moments, last, measurement),
  ].map(chartHtml);
}

type Known = { readonly atMs: number; readonly in: number; readonly out: number };

const isKnown = (moment: Moment): moment is Known => moment.in !== null && moment.out !== null;

const BOTH = ['in', 'out'] as const;

function rateChart(moments: readonly Known[], last: Known): Chart {
  return {
    title: 'Bytes a second',
    description: `Bytes a second in and out, over ${duration(last.atMs)}`,
    lengthMs: last.atMs,
    format: rate,
    series: BOTH.map((name) => ({ name, points: moments.flatMap((to, index) => step(moments[index - 1], to, name)) })),
  };
}

/** The rest behind the last sample is no interval of its own: a packet in a millisecond would be the highest rate. */
function evenSteps(moments: readonly Known[], intervalMs: number): readonly Known[] {
  const [before, last] = moments.slice(-2);
  const isShort = moments.length > 2 && before && last && last.atMs - before.atMs < intervalMs / 2;
  return isShort ? [...moments.slice(0, -2), last] : moments;
}

/** Between two samples the rate is known as their average alone: a level stretch. */
function step(from: Known | undefined, to: Known, name: 'in' | 'out') {
  if (!from || to.atMs <= from.atMs) return [];
  const value = ((to[name] - from[name]) * 1000) / (to.atMs - from.atMs);
  return [from, to].map(({ atMs }) => ({ atMs, value: Math.max(0, value) }));
}

/** With the budget's limits as levels; the sum has a line of its own where it is limited. */
function totalChart(moments: readonly Known[], last: Known, { budget }: Measurement): Chart {
  const limits = (budget?.limits ?? []).filter(({ kind }) => kind in VALUES);
  const names = limits.some(({ kind }) => kind === 'total') ? (['in', 'out', 'total'] as const) : BOTH;
  return {
    title: 'Bytes so far',
    description: `Bytes in and out since the start: ${rounded(last.in)} in and ${rounded(last.out)} out after ${duration(last.atMs)}`,
    lengthMs: last.atMs,
    format: rounded,
    series: names.map((name) => ({
      name,
      points: moments.map((moment) => ({ atMs: moment.atMs, value: VALUES[name](moment) })),
    })),
    levels: limits.map((limit) => ({
      name: `${limit.level === 'warn' ? 'warn at' : 'limit'}: ${limitName(limit)} ${allowedText(limit)}`,
      value: limit.limit,
    })),
  };
}

const VALUES: Readonly<Record<Series['name'], (moment: Known) => number>> = {
  in: (moment) => moment.in,
  out: (moment) => moment.out,
  total: (moment) => moment.in + moment.out,
};
