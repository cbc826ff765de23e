import { expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { seriesCharts } from '../../src/report/html/series-charts.js';
import { timeline } from '../../src/report/timeline.js';
import { ipOctets, milliseconds } from '../../src/units.js';
import { blind, crawl, quiet } from './special.js';

const sample = (atMs: number, octets: number) => ({ atMs: milliseconds(atMs), in: ipOctets(octets), out: ipOctets(0) });
const lasting = (durationMs: number, base: Measurement, samples: Measurement['series']['samples']): Measurement => ({
  ...base,
  command: { ...base.command, durationMs: milliseconds(durationMs) },
  series: { ...base.series, durationMs: milliseconds(durationMs), samples },
});
const times = (measurement: Measurement) => timeline(measurement).map(({ atMs }) => atMs);

test('it goes from nothing over the samples to the totals', () => {
  expect(timeline(crawl)).toEqual([
    { atMs: 0, in: 0, out: 0 },
    ...crawl.series.samples,
    { atMs: 12_345.6, in: 48_234_117, out: 1_204_882 },
  ]);
});

test('what was counted at the end takes the place of a sample of that moment, or a later one', () => {
  const tree = lasting(1000, crawl, [sample(900, 1), sample(1500, 2)]);
  expect(times(tree)).toEqual([0, 900, 1500]);
  expect(timeline(tree).at(-1)).toEqual({ atMs: 1500, in: 48_234_117, out: 1_204_882 });
});

test('it ends where the last of the traffic was, and in older reports with the command', () => {
  const { durationMs: _, ...older } = crawl.series;
  const trailing = { ...older, durationMs: milliseconds(20_000) };
  expect(times({ ...crawl, series: trailing }).at(-1)).toBe(20_000);
  expect(times({ ...crawl, series: older }).at(-1)).toBe(12_345.6);
});

test('samples are kept where the totals are not known', () => {
  expect(times(lasting(1000, blind, [sample(1500, 2)]))).toEqual([0, 1500]);
  expect(timeline(lasting(2000, blind, [sample(1500, 2)])).at(-1)).toEqual({ atMs: 2000, in: null, out: null });
});

/** The highest value that the first drawing's axis names. */
const topRate = (measurement: Measurement) =>
  [...(seriesCharts(measurement)[0] ?? '').matchAll(/>([^<]+\/s)</g)].at(-1)?.[1];

test('a moment behind the last sample makes no peak of its own', () => {
  const total = crawl.traffic.external.in.wireOctets ?? 0;
  const burst = [sample(1000, 1_000_000), sample(2000, total - 100_000)];
  expect(topRate(lasting(2001, crawl, burst))).toBe('60 MB/s');
  expect(topRate(lasting(3000, crawl, burst))).toBe('60 MB/s');
});

test('without a sample nothing is drawn', () => {
  expect(seriesCharts(quiet)).toEqual([]);
  expect(seriesCharts(lasting(2000, blind, [sample(1500, 2)]))).toHaveLength(2);
  expect(seriesCharts(crawl)).toHaveLength(2);
});
