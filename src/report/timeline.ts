import type { Measurement } from '../measurement/measurement.js';
import { totalOf } from './flows.js';

/** Cumulative external wire octets at a moment of the run. null: unknown. */
export type Moment = { readonly atMs: number; readonly in: number | null; readonly out: number | null };

/** The series from nothing at the start, over its samples, to the totals at the end: its last row is the report's sum. */
export function timeline({ command, series, traffic: { external } }: Measurement): Moment[] {
  const { samples } = series;
  const endMs = Math.max(series.durationMs ?? command.durationMs, samples.at(-1)?.atMs ?? 0);
  const end = { atMs: endMs, in: external.in.wireOctets, out: external.out.wireOctets };
  // The sample of the last moment is replaced by what was counted when all was quiet, unless that is not known.
  const isKnown = totalOf(external).wireOctets !== null;
  const before = isKnown ? samples.filter(({ atMs }) => atMs < endMs) : samples;
  return [{ atMs: 0, in: 0, out: 0 }, ...before, ...(isKnown || endMs > (samples.at(-1)?.atMs ?? 0) ? [end] : [])];
}
