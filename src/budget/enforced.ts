import type { JudgedBudget, JudgedLimit, LimitKind } from '../measurement/budget.js';
import { ipOctets } from '../units.js';
import { closeBudget } from './judge.js';

/**
 * A verdict on limits that the kernel kept: what passed beyond them, until the other side heard of it. Whatever became of
 * a command that was refused its network, it failed because of the budget.
 * @param passed limits beyond which the kernel has refused something, though what left may be within them
 */
export function enforced(budget: JudgedBudget, passed: readonly LimitKind[] = []): JudgedBudget {
  const limits = budget.limits.map((limit) => asKept(limit, passed));
  const ended = budget.ended || limits.some(({ kind, overshoot }) => overshoot !== undefined || passed.includes(kind));
  return { ...budget, ...closeBudget(limits, ended), enforced: true };
}

/** What the kernel keeps. */
const KEPT: readonly LimitKind[] = ['in', 'out', 'total'];

function asKept(limit: JudgedLimit, passed: readonly LimitKind[]): JudgedLimit {
  if (limit.level === 'warn' || !KEPT.includes(limit.kind)) return limit;
  const { reason: _, ...judged } = limit;
  const exceeded: JudgedLimit = passed.includes(limit.kind) ? { ...judged, verdict: 'exceeded' } : limit;
  if (exceeded.verdict !== 'exceeded' || exceeded.used === null) return exceeded;
  return { ...exceeded, overshoot: ipOctets(Math.max(0, exceeded.used - exceeded.limit)) };
}
