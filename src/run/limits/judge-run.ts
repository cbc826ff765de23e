import type { Evidence } from '../../budget/bounds/evidence.js';
import type { Limits } from '../../budget/limits.js';
import type { MeasureOptions } from '../../measure-options.js';
import type { JudgedBudget, LimitKind } from '../../measurement/budget.js';

type Budget = Pick<MeasureOptions, 'limits' | 'warnLimits' | 'enforce'>;

/**
 * Judges a run; undefined without limits.
 * @param passed limits beyond which the kernel has refused something
 */
export async function judgeRun(
  budget: Budget,
  evidence: Evidence,
  passed: readonly LimitKind[] = [],
): Promise<JudgedBudget | undefined> {
  const { limits = {}, warnLimits = {}, enforce = false } = budget;
  if (isEmpty(limits) && isEmpty(warnLimits)) return undefined;
  // Loaded here: a run without limits does not pay for their judge.
  const { judge } = await import('../../budget/judge.js');
  const judged = judge(limits, evidence, warnLimits);
  return enforce && judged ? (await import('../../budget/enforced.js')).enforced(judged, passed) : judged;
}

const isEmpty = (limits: Limits) => Object.keys(limits).length === 0;
