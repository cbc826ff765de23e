import type { JudgedBudget, JudgedLimit, LimitKind } from '../measurement/budget.js';
import { ipOctets } from '../units.js';

/**
 * A verdict on limits that the kernel kept: what passed beyond them, until the other side heard of it. Whatever became of
 * a command that was refused its network, it failed because of the budget.
 */
export function enforced(budget: JudgedBudget): JudgedBudget {
  const limits = budget.limits.map(withOvershoot);
  const refused = limits.some(({ overshoot }) => overshoot !== undefined);
  return { ...budget, limits, ended: budget.ended || refused, enforced: true };
}

/** What the kernel keeps. */
const KEPT: readonly string[] = ['in', 'out', 'total'] satisfies LimitKind[];

function withOvershoot(limit: JudgedLimit): JudgedLimit {
  if (limit.level === 'warn' || !KEPT.includes(limit.kind) || limit.verdict !== 'exceeded' || limit.used === null)
    return limit;
  return { ...limit, overshoot: ipOctets(limit.used - limit.limit) };
}
