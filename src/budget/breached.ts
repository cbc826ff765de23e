import type { JudgedBudget, JudgedLimit } from '../measurement/budget.js';
import { closeBudget } from './judge.js';

/**
 * The verdict on a command that was ended for a breach. Its connections are cut off then, and how far the count is off may be
 * known less well at the end than it was: what was exceeded for certain stays so.
 * @param before what was exceeded when the command was ended
 */
export function breached(budget: JudgedBudget, before: readonly JudgedLimit[]): JudgedBudget {
  const limits = budget.limits.map((limit) => (isAmong(before, limit) ? asExceeded(limit) : limit));
  return { ...budget, ...closeBudget(limits, budget.ended) };
}

const isAmong = (before: readonly JudgedLimit[], { kind, subject, level, verdict }: JudgedLimit) =>
  verdict === 'unmeasured' && level !== 'warn' && before.some((each) => each.kind === kind && each.subject === subject);

function asExceeded({ reason: _, ...limit }: JudgedLimit): JudgedLimit {
  return { ...limit, verdict: 'exceeded' };
}
