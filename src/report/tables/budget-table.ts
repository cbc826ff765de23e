import type { Measurement } from '../../measurement/measurement.js';
import { allowedText, limitName, shareText, usedText } from '../phrases/limit-text.js';
import { left, right, type Table } from './table.js';

/** Every limit with what was used of it. */
export const budgetTable = ({ budget }: Measurement): Table => ({
  title: 'Budget',
  columns: [left('verdict'), left('limit'), right('used'), right('allowed'), right('share')],
  rows: (budget?.limits ?? []).map((limit) => [
    { verdict: limit.verdict },
    limit.level === 'warn' ? `${limitName(limit)} (warning)` : limitName(limit),
    usedText(limit),
    allowedText(limit),
    shareText(limit) ?? '',
  ]),
});
