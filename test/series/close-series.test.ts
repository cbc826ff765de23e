import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sample } from '../../src/measurement/series.js';
import { closeSeries } from '../../src/series/close-series.js';
import { addSample, noSamples } from '../../src/series/series.js';
import { ipOctets, milliseconds } from '../../src/units.js';

const sample = (atMs: number, octetsIn: number, out = 0): Sample => ({
  atMs: milliseconds(atMs),
  in: ipOctets(octetsIn),
  out: ipOctets(out),
});

const octets = (octetsIn: number, out = 0) => ({ in: ipOctets(octetsIn), out: ipOctets(out) });

/** Closes a series of an interval of 1 s. @param sampled what a last sample came to, the total by default */
function closed(samples: readonly Sample[], durationMs: number, total: number, sampled = total) {
  const series = samples.reduce((before, next) => addSample(before, next), noSamples(milliseconds(1000)));
  return closeSeries(series, { durationMs: milliseconds(durationMs), total: octets(total), sampled: octets(sampled) });
}

test('rates: an average over the run, a peak of its fastest interval', () => {
  expect(closed([sample(1000, 2000), sample(2000, 2100)], 4000, 2400)).toMatchObject({
    durationMs: 4000,
    average: { in: 600, out: 0 },
    peak: { in: 2000, out: 0 },
  });
});

describe('the last, unfinished interval', () => {
  test.each<[string, readonly Sample[], number, number, number]>([
    ['is the whole run where there was no sample', [], 500, 1000, 2000],
    ['counts at its own length', [sample(1000, 0)], 1600, 3000, 5000],
    ['belongs to the one before it when it is short', [sample(1000, 0), sample(2000, 3000)], 2001, 3010, 3007],
    ['of a run with one sample belongs to the whole', [sample(1000, 1000)], 1100, 1100, 1000],
    [
      'ends before a sample that was taken while nothing moved',
      [sample(1000, 0), sample(2000, 3000)],
      1600,
      3000,
      5000,
    ],
    ['ends before the first sample', [sample(1000, 3000), sample(2000, 3000)], 300, 3000, 10_000],
  ])('%s', (_, samples, durationMs, total, peak) => {
    const series = closed(samples, durationMs, total);
    expect(series.peak).toEqual({ in: peak, out: 0 });
    expect(series.samples.every(({ atMs }) => atMs < durationMs)).toBe(true);
  });
});

test.each<[string, readonly Sample[], number, number, number]>([
  ['behind the only sample', [sample(1000, 0)], 1002, 27_196, 27_142],
  ['behind the only sample that was taken before the end', [sample(1000, 0), sample(2000, 0)], 1002, 27_196, 27_142],
  ['behind many', [sample(1000, 0), sample(2000, 0)], 2002, 27_196, 13_585],
])('what no sample saw belongs to all of the run: a peak of its average, %s', (_, samples, durationMs, total, peak) => {
  const series = closed(samples, durationMs, total, 0);
  expect(series.peak?.in).toBe(peak);
  // Samples are whole octets.
  expect(peak - (series.average?.in ?? 0)).toBeLessThanOrEqual(1);
  expect(series.samples.map(({ atMs, in: octets }) => [atMs, octets])).toEqual(
    samples.filter(({ atMs }) => atMs < durationMs).map(({ atMs }) => [atMs, Math.round((total * atMs) / durationMs)]),
  );
});

test('a last interval behind the only sample is no peak', () => {
  expect(closed([sample(1000, 500)], 1002, 27_500).peak?.in).toBe(27_445);
});

test('samples that are a little high, or low, are drawn to the exact count', () => {
  const high = closed([sample(1000, 1_010_000), sample(2000, 3_030_000)], 3000, 3_000_000, 3_030_000);
  expect(high.samples).toEqual([sample(1000, 1_000_000), sample(2000, 3_000_000)]);
  expect(high.peak?.in).toBe(2_000_000);
  const low = closed([sample(1000, 950_000)], 2000, 2_000_000, 1_900_000);
  expect(low.samples).toEqual([sample(1000, 1_000_000)]);
});

test('without a last sample none is above the total', () => {
  const series = noSamples(milliseconds(1000));
  const end = { durationMs: milliseconds(2000), total: octets(90), sampled: undefined };
  expect(closeSeries(addSample(series, sample(1000, 100)), end).samples).toEqual([sample(1000, 90)]);
});

test('whatever was sampled: never downwards, never above the total, and the peak is not below the average', () => {
  const steps = fc.array(fc.record({ ms: fc.integer({ min: 1, max: 3000 }), octets: fc.nat(100_000) }));
  const share = fc.double({ min: 0.9, max: 1.1, noNaN: true });
  fc.assert(
    fc.property(steps, fc.nat(100_000), fc.integer({ min: -4000, max: 4000 }), share, (taken, rest, later, off) => {
      let [atMs, sum] = [0, 0];
      const samples = taken.map((step) => {
        atMs += step.ms;
        sum += step.octets;
        return sample(atMs, Math.round(sum * off));
      });
      const [durationMs, total] = [Math.max(1, atMs + later), sum + rest];
      const series = closed(samples, durationMs, total, Math.round(total * off));
      const seen = [0, ...series.samples.map(({ in: incoming }) => incoming), total];
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(series.peak?.in).toBeGreaterThanOrEqual(series.average?.in ?? 0);
    }),
  );
});

test.each([
  ['a run of no time', { in: ipOctets(1), out: ipOctets(1) }, 0, null],
  ['out unknown', { in: ipOctets(1), out: null }, 1000, null],
  ['both known', { in: ipOctets(3000), out: ipOctets(1) }, 2000, { in: 1500, out: 1 }],
])('average: %s', (_, total, durationMs, average) => {
  const end = { total, durationMs: milliseconds(durationMs), sampled: undefined };
  expect(closeSeries(noSamples(milliseconds(1000)), end).average).toEqual(average);
});

test('where the total is unknown the peak is that of the samples', () => {
  const end = { total: { in: null, out: ipOctets(1) }, durationMs: milliseconds(2000), sampled: undefined };
  const series = addSample(noSamples(milliseconds(1000)), sample(1000, 700));
  expect(closeSeries(series, end)).toMatchObject({ samples: [sample(1000, 700)], average: null, peak: { in: 700 } });
  expect(closeSeries(noSamples(milliseconds(1000)), end)).toMatchObject({ average: null, peak: null });
});
