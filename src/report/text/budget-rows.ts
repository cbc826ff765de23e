import type { JudgedBudget, JudgedLimit } from '../../measurement/budget.js';
import { limitText, markOf } from '../phrases/limit-text.js';
import { visible } from '../visible.js';
import { type Paint, painter } from './paint.js';
import { row } from './rows.js';

/** A line for each limit. */
export function budgetRows(budget: JudgedBudget | undefined, paint: Paint): string[] {
  return budget ? rowsOf(budget, budget.limits, paint) : [];
}

/** The lines of what was not kept, warnings too, for who wants no summary; empty where all was. */
export function renderBroken(budget: JudgedBudget, color: boolean): string {
  const broken = budget.limits.filter(({ verdict }) => verdict !== 'within');
  return broken.length === 0 ? '' : [...rowsOf(budget, broken, painter(color)), ''].join('\n');
}

function rowsOf(budget: JudgedBudget, limits: readonly JudgedLimit[], paint: Paint): string[] {
  const rows = limits.map((limit) => {
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
