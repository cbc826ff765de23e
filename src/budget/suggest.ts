import type { IpOctets } from '../units.js';
import { wireBounds } from './bounds/wire-bounds.js';
import type { EarlierRun } from './comparison/earlier-run.js';
import { readableSize } from './readable-size.js';

export type SuggestedLimits = { readonly [kind in 'in' | 'out' | 'total']: string };

/**
 * Limits that the given runs would have kept: the most that one of them used and a slack on it, rounded up to a readable
 * size. The slack is at least the distance between the runs, because what they differed by the next one may too.
 * @param slack 0.1 is 10 %
 * @returns undefined when a number of a run is not known
 */
export function suggestLimits(runs: readonly EarlierRun[], slack: number): SuggestedLimits | undefined {
  const bounds = runs.map(({ traffic, method }) => wireBounds({ external: traffic.external, method }));
  const suggest = (kind: 'in' | 'out' | 'total') => {
    const uses = bounds.map((run) => run[kind].upper);
    const most = Math.max(...uses);
    const beyond = Math.max(most * slack, most - Math.min(...uses));
    return Number.isFinite(most) ? readableSize(Math.ceil(most + beyond) as IpOctets) : undefined;
  };
  const [incoming, out, total] = [suggest('in'), suggest('out'), suggest('total')];
  if (incoming === undefined || out === undefined || total === undefined) return undefined;
  return { in: incoming, out, total };
}
