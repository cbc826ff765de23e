import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addSample, MAX_SAMPLES, noSamples } from '../../src/series/series.js';
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
  expect(series.samples.length).toBeLessThanOrEqual(MAX_SAMPLES);
  expect(series.samples.length).toBeGreaterThan(MAX_SAMPLES / 4);
  expect(series.last).toEqual(sample(10_000_000, 105_000));
  expect(series.lastButOne).toEqual(sample(9_999_000, 104_990));
  expect(series.peak.in).toBe(5010);
  expect(series.intervalMs).toBe(32_000);
});

test('whatever comes: bounded, in order, never downwards, the peak that of the fastest step', () => {
  const steps = fc.array(
    fc.record({ ms: fc.integer({ min: 1, max: 400 }), octets: fc.integer({ min: -50, max: 100_000 }) }),
    {
      minLength: 1,
    },
  );
  fc.assert(
    fc.property(steps, fc.integer({ min: 2, max: 9 }), (taken, max) => {
      let series = noSamples(milliseconds(100));
      let [atMs, octets, most, peak] = [0, 0, 0, 0];
      for (const step of taken) {
        atMs += step.ms;
        octets += step.octets;
        peak = Math.max(peak, ((Math.max(most, octets) - most) * 1000) / step.ms);
        most = Math.max(most, octets);
        series = addSample(series, sample(atMs, octets), max);
        expect(series.samples.length).toBeLessThanOrEqual(max);
      }
      const kept = series.samples.map(({ in: incoming }) => incoming);
      expect(kept).toEqual(kept.toSorted((a, b) => a - b));
      const times = series.samples.map(({ atMs: at }) => at);
      expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
      expect(series.last).toEqual(sample(atMs, most));
      expect(series.peak).toEqual({ in: peak, out: 0 });
    }),
  );
});

test('thinning keeps every second sample, twice as far apart', () => {
  let series = noSamples(milliseconds(100));
  for (const at of [100, 200, 300, 400]) series = addSample(series, sample(at, at), 4);
  expect(series.intervalMs).toBe(100);
  for (const at of [500, 600, 700]) series = addSample(series, sample(at, at), 4);
  expect(series.intervalMs).toBe(200);
  expect(series.samples.map(({ atMs }) => atMs)).toEqual([200, 400, 600]);
  expect(series.last?.atMs).toBe(700);
});

test('a burst between two kept samples is still the peak', () => {
  let series = noSamples(milliseconds(1000));
  for (const [at, octets] of [
    [1000, 0],
    [1100, 5000],
    [2000, 5000],
  ] as const)
    series = addSample(series, sample(at, octets));
  expect(series.samples.map(({ atMs }) => atMs)).toEqual([1000, 2000]);
  expect(series.peak.in).toBe(50_000);
});

test.each([
  ['two samples at one time', [sample(100, 10), sample(100, 900)], 100],
  ['a count that went down a little', [sample(100, 10), sample(200, 5)], 100],
])('%s make no rate', (_, samples, peak) => {
  const series = samples.reduce((before, next) => addSample(before, next), noSamples(milliseconds(100)));
  expect(series.peak).toEqual({ in: peak, out: 0 });
});
