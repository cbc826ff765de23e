import { expect, test } from 'vitest';
import { gradeOf } from '../../../../src/run/observers/others/contamination.js';
import { milliseconds } from '../../../../src/units.js';

const idleMs = milliseconds(2000);

test.each([
  [0, 0, 0, 'clean'],
  [0, 0, 1, 'unknown'],
  [0, 0, null, 'unknown'],
  [1, 0, 9, 'shared'],
  [0, 2, 9, 'shared'],
  [null, 2, 9, 'shared'],
  [5, null, 9, 'shared'],
  [null, 0, 0, 'unknown'],
  [0, null, 0, 'unknown'],
  [null, null, 9, 'unknown'],
] as const)(
  '%s octets while idle, %s connections of others, %s octets meanwhile: %s',
  (idleOctets, foreignConnections, moved, grade) => {
    expect(gradeOf({ idleOctets, idleMs, foreignConnections }, moved).grade).toBe(grade);
  },
);
