import { expect, test } from 'vitest';
import { exactly, plus, unknown } from '../../../src/budget/bounds/bounds.js';

const nearly = { lower: 90, upper: 110, used: 100, reason: 'the number can be off by 10 B' };
const anything = unknown('nobody knows');

test.each([
  ['first', plus(anything, nearly)],
  ['second', plus(nearly, anything)],
])('a sum can be anything for the reason of its %s part, which can', (_, sum) => {
  expect(sum).toEqual({ lower: 90, upper: Infinity, used: null, reason: 'nobody knows' });
});

test('a sum has the reason of the part that has one', () => {
  expect(plus(exactly(1), nearly).reason).toBe('the number can be off by 10 B');
  expect(plus(exactly(1), exactly(2))).toEqual(exactly(3));
});
