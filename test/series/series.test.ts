import { expect, test } from 'vitest';
import { addSample, closeSeries, MAX_SAMPLES, noSamples } from '../../src/series/series.js';
import { ipOctets, milliseconds } from '../../src/units.js';

const sample = (atMs: number, octetsIn: number) => ({
  atMs: milliseconds(atMs),
  in: ipOctets(octetsIn),
  out: ipOctets(0),
});

test('a run of any length stays bounded, keeps its newest sample and its peak', () => {
  let series = noSamples(milliseconds(1000));
  for (let second = 1; second <= 10_000; second++)
    series = addSample(series, sample(second * 1000, second * 10 + (second > 500 ? 5000 : 0)));
  const closed = closeSeries(series, { in: ipOctets(105_000), out: ipOctets(0) }, milliseconds(10_000_000));
  expect(closed.samples.length).toBeLessThanOrEqual(MAX_SAMPLES + 1);
  expect(closed.samples.length).toBeGreaterThan(MAX_SAMPLES / 4);
  expect(closed.samples.at(-1)).toEqual(sample(10_000_000, 105_000));
  expect(closed.peak?.in).toBe(5010);
  expect(closed.intervalMs).toBe(32_000);
});

test('rates: an average over the run, a peak of its fastest interval', () => {
  const series = addSample(addSample(noSamples(milliseconds(500)), sample(500, 1000)), sample(1000, 1100));
  const closed = closeSeries(series, { in: ipOctets(1200), out: ipOctets(0) }, milliseconds(2000));
  expect(closed).toMatchObject({ average: { in: 600, out: 0 }, peak: { in: 2000, out: 0 } });
});

test('no interval, no peak; no number, no average', () => {
  expect(closeSeries(noSamples(milliseconds(1000)), { in: null, out: ipOctets(1) }, milliseconds(10))).toMatchObject({
    average: null,
    peak: null,
  });
});
