import { expect, test } from 'vitest';
import { budgetRows } from '../../../src/report/text/budget-rows.js';
import { painter } from '../../../src/report/text/paint.js';
import { breach } from '../special.js';

test('the configuration that gave limits is named once, behind them', () => {
  const budget = breach.budget && { ...breach.budget, config: '/work/netmeter.config.json' };
  const rows = budgetRows(budget, painter(false)).map((each) => each.replaceAll(/\s+/g, ' ').trim());
  expect(rows.at(-1)).toBe('budget from /work/netmeter.config.json');
  expect(rows.filter((each) => each.includes('/work/'))).toHaveLength(1);
  expect(budgetRows(breach.budget, painter(false)).join('')).not.toContain('from');
});
