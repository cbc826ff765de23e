import type { JudgedBudget, JudgedLimit, Verdict } from '../measurement/budget.js';
import type { Bounds } from './bounds/bounds.js';
import { withBypasses } from './bounds/bypass-bounds.js';
import { connectionBounds, dnsBounds } from './bounds/count-bounds.js';
import type { Evidence } from './bounds/evidence.js';
import { hostLocalBounds, loopbackBounds } from './bounds/local-bounds.js';
import { processBounds } from './bounds/process-bounds.js';
import { averageRate, peakRate } from './bounds/rate-bounds.js';
import { remoteBounds } from './bounds/remote-bounds.js';
import { wireBounds } from './bounds/wire-bounds.js';
import { type Limit, type Limits, listLimits } from './limits.js';

/**
 * Judges each limit; a use equal to the limit is within it.
 * @param warnings limits whose breach is reported and fails nothing
 * @returns undefined when there is no limit
 */
export function judge(limits: Limits, evidence: Evidence, warnings: Limits = {}): JudgedBudget | undefined {
  return closeBudget(
    [
      ...listLimits(limits).map((limit) => judgeLimit(limit, certain(limit, evidence))),
      ...listLimits(warnings).map(
        (limit): JudgedLimit => ({ ...judgeLimit(limit, certain(limit, evidence)), level: 'warn' }),
      ),
    ],
    evidence.ended,
  );
}

/** @returns undefined when there is no limit */
export function closeBudget(limits: readonly JudgedLimit[], ended: boolean): JudgedBudget | undefined {
  return limits.length === 0 ? undefined : { verdict: worst(limits), limits, ended };
}

type Unjudged = Omit<JudgedLimit, 'used' | 'range' | 'verdict' | 'reason'>;

/** A number that may be off is judged only where the error cannot change the verdict. */
function judgeLimit(limit: Unjudged, bounds: Bounds): JudgedLimit {
  const { lower, upper, used, reason } = bounds;
  const verdict = lower > limit.limit ? 'exceeded' : upper <= limit.limit ? 'within' : 'unmeasured';
  return { ...limit, used, ...rangeOf(bounds), verdict, ...(verdict === 'unmeasured' && reason && { reason }) };
}

function rangeOf({ lower, upper, used }: Bounds): Pick<JudgedLimit, 'range'> {
  if (lower === upper || (used !== lower && used !== upper)) return {};
  return { range: { atLeast: lower, atMost: upper === Infinity ? null : upper } };
}

const certain = (limit: Limit, evidence: Evidence) => withBypasses(limit.kind, boundsOf(limit, evidence), evidence);

function boundsOf({ kind, subject = '' }: Limit, evidence: Evidence): Bounds {
  switch (kind) {
    case 'in':
    case 'out':
    case 'total':
      return wireBounds(evidence)[kind];
    case 'rate-average':
      return averageRate(evidence);
    case 'rate-peak':
      return peakRate(evidence);
    case 'connections':
      return connectionBounds(evidence);
    case 'dns-queries':
      return dnsBounds(evidence);
    case 'loopback':
      return loopbackBounds(evidence);
    case 'host-local':
      return hostLocalBounds(evidence);
    case 'remote':
      return remoteBounds(subject, evidence);
    case 'process':
      return processBounds(subject, evidence);
    default:
      return kind satisfies never;
  }
}

function worst(limits: readonly JudgedLimit[]): Verdict {
  const verdicts = limits.filter(({ level }) => level !== 'warn').map(({ verdict }) => verdict);
  return (['exceeded', 'unmeasured'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'within';
}
