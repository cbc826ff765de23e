import type { JudgedLimit, Verdict } from '../../measurement/budget.js';
import type { Bounds } from '../bounds/bounds.js';
import type { ComparedRow } from './compare.js';
import type { Increase } from './parse-increase.js';

/**
 * Judges in, out and total of a later run, and its remotes, of which only those are listed that are not within: there may be
 * a thousand.
 */
export function judgeIncrease(rows: readonly ComparedRow[], increase: Increase): JudgedLimit[] {
  const classes = rows.filter(({ kind, subject }) => kind === 'class' && /^(?:in|out|total)$/.test(subject));
  const remotes = rows.filter(({ kind }) => kind === 'remote');
  return [
    ...classes.map((row) => judgeRow(row, increase)),
    ...remotes.map((row) => judgeRow(row, increase)).filter(({ verdict }) => verdict !== 'within'),
  ];
}

function judgeRow({ subject, before, after }: ComparedRow, increase: Increase): JudgedLimit {
  const verdict = verdictOn(before, after, increase);
  const reason = after.reason ?? before.reason;
  return {
    kind: 'increase',
    subject,
    limit: allowed(before.used ?? before.lower, increase),
    used: after.used,
    baseline: before.used,
    verdict,
    ...(verdict === 'unmeasured' && reason && { reason }),
  };
}

function verdictOn(before: Bounds, after: Bounds, increase: Increase): Verdict {
  if (before.used === null || after.used === null) return 'unmeasured';
  if (after.lower > allowed(before.upper, increase)) return 'exceeded';
  return after.upper <= allowed(before.lower, increase) ? 'within' : 'unmeasured';
}

const allowed = (before: number, { share, octets }: Increase) => before + Math.max(Math.floor(before * share), octets);
