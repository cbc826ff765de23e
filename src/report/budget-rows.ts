import type { JudgedBudget, JudgedLimit } from '../measurement.js';
import { exact, rounded } from './format-octets.js';
import type { Paint } from './paint.js';
import { row } from './rows.js';

/** A line for each limit. Exact bytes on both sides: rounded, 1 000 001 B of 1 MB would look like 1 MB of 1 MB. */
export function budgetRows(budget: JudgedBudget | undefined, paint: Paint): string[] {
  if (!budget) return [];
  const paints = { within: paint.green, exceeded: paint.red, unmeasured: paint.yellow };
  const rows = budget.limits.map((limit) => row('budget', limitText(limit), paints[limit.verdict]));
  return budget.ended ? [...rows, row('budget', endText(budget))] : rows;
}

const endText = ({ enforced }: JudgedBudget) =>
  enforced
    ? 'the kernel refused the command more than the limit, and it was ended'
    : 'the command was ended for the breach';

function limitText({ kind, limit, used, verdict, overshoot }: JudgedLimit): string {
  const allowed = `${rounded(limit)} (${exact(limit)} B)`;
  switch (verdict) {
    case 'within':
      return `✔ ${kind} ${exact(used)} B of ${allowed}${share(used, limit)}`;
    case 'exceeded':
      return `✘ ${kind} ${exact(used)} B exceeds ${allowed}${by(overshoot)}${share(used, limit)}`;
    case 'unmeasured':
      return `? ${kind} ${used === null ? 'unknown' : `about ${exact(used)} B`}: cannot be judged against ${allowed}`;
    default:
      return verdict satisfies never;
  }
}

/** Of a limit that the kernel kept: what was still on its way. */
const by = (overshoot: number | undefined) => (overshoot === undefined ? '' : ` by ${exact(overshoot)} B`);

/** Rounded away from 100 %, so that a breach never reads as "100 %". */
function share(used: number | null, limit: number): string {
  if (used === null || limit === 0) return '';
  const percent = (used / limit) * 100;
  const whole = used > limit ? Math.ceil(percent) : Math.floor(percent);
  return `, ${Math.max(whole, used > limit ? 101 : 0)} %`;
}
