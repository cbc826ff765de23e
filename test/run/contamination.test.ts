import { expect, test } from 'vitest';
import { gradeOf } from '../../src/run/contamination.js';
import { milliseconds } from '../../src/units.js';

const idleMs = milliseconds(2000);

test.each([
  [0, 0, 'clean'],
  [1, 0, 'shared'],
  [0, 2, 'shared'],
  [null, 2, 'shared'],
  [5, null, 'shared'],
  [null, 0, 'unknown'],
  [0, null, 'unknown'],
  [null, null, 'unknown'],
] as const)('%s octets while idle and %s connections of others: %s', (idleOctets, foreignConnections, grade) => {
  expect(gradeOf({ idleOctets, idleMs, foreignConnections }).grade).toBe(grade);
});
