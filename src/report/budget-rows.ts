import type { JudgedBudget } from '../measurement.js';
import { limitText, MARKS } from './limit-text.js';
import type { Paint } from './paint.js';
import { row } from './rows.js';

/** A line for each limit. */
export function budgetRows(budget: JudgedBudget | undefined, paint: Paint): string[] {
  if (!budget) return [];
  const paints = { within: paint.green, exceeded: paint.red, unmeasured: paint.yellow };
  const rows = budget.limits.map((limit) =>
    row('budget', `${MARKS[limit.verdict]} ${limitText(limit)}`, paints[limit.verdict]),
  );
  return budget.ended ? [...rows, row('budget', 'the command was ended for the breach')] : rows;
}
