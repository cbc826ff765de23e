import type { Measurement } from '../../measurement/measurement.js';
import type { Repeat } from '../../measurement/repeat.js';
import { exact } from '../format-octets.js';
import { row } from './rows.js';

/** How far the runs differ; the rest of the summary is that of one of them. */
export function repeatRows({ repeat }: Measurement): string[] {
  if (!repeat) return [];
  const { runs, judged, warmups, spread } = repeat;
  const warm = warmups === 0 ? '' : `, after ${warmups} warm-up${warmups === 1 ? '' : 's'}`;
  const which = runs.length === 1 ? '' : `; above is ${nameOf(repeat)}, run ${judged + 1}`;
  const count = `${runs.length} run${runs.length === 1 ? '' : 's'}`;
  return [
    row('runs', `${count}${warm}${which}`),
    // One run differs from nothing, and its numbers are above.
    ...(runs.length === 1 ? [] : (['in', 'out', 'total'] as const).map((kind) => spreadRow(kind, spread[kind]))),
  ];
}

function nameOf({ judge, runs, judged }: Repeat): string {
  const { exit } = runs[judged] ?? {};
  if (exit && (exit.kind !== 'code' || exit.code !== 0)) return 'the one that failed';
  return judge === 'worst' ? 'the worst' : 'the median';
}

function spreadRow(kind: string, spread: Repeat['spread']['in']): string {
  if (!spread) return row('', `${kind}: unknown`);
  const { median, min, max, standardDeviation } = spread;
  const range = min === max ? 'the same in each' : `${exact(min)} to ${exact(max)}, σ ${exact(standardDeviation)}`;
  return row('', `${kind}: median ${exact(Math.round(median))} B, ${range}`);
}
