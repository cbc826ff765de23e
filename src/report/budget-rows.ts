import type { JudgedBudget, JudgedLimit } from '../measurement.js';
import { exact, rounded } from './format-octets.js';
import type { Paint } from './paint.js';

/** A line for each limit. Exact bytes on both sides: rounded, 1 000 001 B of 1 MB would look like 1 MB of 1 MB. */
export function budgetRows(budget: JudgedBudget | undefined, paint: Paint): string[] {
  if (!budget) return [];
  const rows = budget.limits.map((limit) => `  budget    ${limitText(limit, paint)}`);
  return budget.ended ? [...rows, '  budget    the command was ended for the breach'] : rows;
}

function limitText({ kind, limit, used, verdict }: JudgedLimit, paint: Paint): string {
  const allowed = `${rounded(limit)} (${exact(limit)} B)`;
  switch (verdict) {
    case 'within':
      return paint.green(`✔ ${kind} ${exact(used)} B of ${allowed}${share(used, limit)}`);
    case 'exceeded':
      return paint.red(`✘ ${kind} ${exact(used)} B exceeds ${allowed}${share(used, limit)}`);
    case 'unmeasured':
      return paint.yellow(`? ${kind} could not be judged against ${allowed}`);
    default:
      return verdict satisfies never;
  }
}

/** Rounded away from 100 %, so that a breach never reads as "100 %". */
function share(used: number | null, limit: number): string {
  if (used === null || limit === 0) return '';
  const percent = (used / limit) * 100;
  const whole = used > limit ? Math.ceil(percent) : Math.floor(percent);
  return `, ${Math.max(whole, used > limit ? 101 : 0)} %`;
}
