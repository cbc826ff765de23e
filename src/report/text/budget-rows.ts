import type { JudgedBudget } from '../../measurement/budget.js';
import { limitText, markOf } from '../phrases/limit-text.js';
import { visible } from '../visible.js';
import type { Paint } from './paint.js';
import { row } from './rows.js';

/** A line for each limit. */
export function budgetRows(budget: JudgedBudget | undefined, paint: Paint): string[] {
  if (!budget) return [];
  const rows = budget.limits.map((limit) => {
    const isWarning = limit.level === 'warn';
    const paints = { within: paint.green, exceeded: isWarning ? paint.yellow : paint.red, unmeasured: paint.yellow };
    return row(isWarning ? 'warn at' : 'budget', `${markOf(limit)} ${limitText(limit)}`, paints[limit.verdict]);
  });
  return [
    ...rows,
    ...(budget.ended ? [row('budget', endText(budget))] : []),
    ...(budget.config === undefined ? [] : [row('budget', `from ${visible(budget.config)}`)]),
  ];
}

const endText = ({ enforced }: JudgedBudget) =>
  enforced
    ? 'the kernel refused the command more than the limit, and it was ended'
    : 'the command was ended for the breach';
