import { expect, test } from 'vitest';
import { budgetRows, renderBroken } from '../../../src/report/text/budget-rows.js';
import { painter } from '../../../src/report/text/paint.js';
import { breach } from '../special.js';

test('the configuration that gave limits is named once, behind them', () => {
  const budget = breach.budget && { ...breach.budget, config: '/work/netmeter.config.json' };
  const rows = budgetRows(budget, painter(false)).map((each) => each.replaceAll(/\s+/g, ' ').trim());
  expect(rows.at(-1)).toBe('budget from /work/netmeter.config.json');
  expect(rows.filter((each) => each.includes('/work/'))).toHaveLength(1);
  expect(budgetRows(breach.budget, painter(false)).join('')).not.toContain('from');
});

test('who wants no summary is shown what was not kept, and nothing else', () => {
  const kept = { kind: 'in', limit: 5000, used: 10, verdict: 'within', level: 'max' } as const;
  const broken = { ...kept, kind: 'out', limit: 5, verdict: 'exceeded' } as const;
  const warned = { ...broken, kind: 'total', level: 'warn' } as const;
  const unknown = { ...kept, kind: 'loopback', used: null, verdict: 'unmeasured' } as const;
  const budget = { verdict: 'exceeded', limits: [kept, broken, warned, unknown], ended: false } as const;
  expect(renderBroken(budget, false).split('\n')).toEqual([
    expect.stringMatching(/^ {2}budget {4}✘ out 10 B exceeds /),
    expect.stringMatching(/^ {2}warn at {3}! total 10 B exceeds /),
    expect.stringMatching(/^ {2}budget {4}\? loopback unknown: cannot be judged /),
    '',
  ]);
  expect(renderBroken({ ...budget, limits: [kept] }, false)).toBe('');
});
