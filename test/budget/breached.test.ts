import { expect, test } from 'vitest';
import { breached } from '../../src/budget/breached.js';
import type { JudgedLimit } from '../../src/measurement/budget.js';
import { ipOctets } from '../../src/units.js';

const unsure: JudgedLimit = {
  ...{
    kind: 'in',
    limit: ipOctets(50),
    used: ipOctets(61),
    verdict: 'unmeasured',
    reason: 'the number can be off by 70 B',
  },
};
const exceeded: JudgedLimit = { kind: 'in', limit: ipOctets(50), used: ipOctets(55), verdict: 'exceeded' };

test('what was exceeded for certain when the command was ended stays so', () => {
  const { reason: _, ...judged } = unsure;
  expect(breached({ verdict: 'unmeasured', limits: [unsure], ended: true }, [exceeded])).toEqual({
    verdict: 'exceeded',
    limits: [{ ...judged, verdict: 'exceeded' }],
    ended: true,
  });
});

test.each<[string, JudgedLimit]>([
  ['another limit', { ...unsure, kind: 'out' }],
  ['a warning', { ...unsure, level: 'warn' }],
  ['one that was judged', { ...exceeded, verdict: 'within' }],
])('%s stays what it is', (_, limit) => {
  expect(breached({ verdict: 'exceeded', limits: [limit, exceeded], ended: true }, [exceeded]).limits[0]).toBe(limit);
});
