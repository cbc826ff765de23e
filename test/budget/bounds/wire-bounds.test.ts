import { expect, test } from 'vitest';
import { wireBounds } from '../../../src/budget/bounds/wire-bounds.js';

type Evidence = Parameters<typeof wireBounds>[0];

const evidence = (errorBound: Evidence['method']['errorBound'], isShared = false): Evidence =>
  ({
    external: { in: { wireOctets: 2_000 }, out: { wireOctets: 100 } },
    method: { name: 'tap', errorBound },
    isShared,
  }) as unknown as Evidence;

test.each<[Evidence, string | undefined]>([
  [evidence({ in: 0, out: 0 }), undefined],
  [evidence({ in: 20, out: 0 }), 'the number can be off by 20 B'],
  [evidence({ in: 20, out: 1_000 }), 'the number can be off by 1 020 B'],
  [evidence({ in: null, out: 1 }), 'how far the number can be off is not known'],
  [evidence({ in: 1, out: 1 }, true), 'others can have used the same namespace, and the number holds theirs'],
])('a total is off by what both ways are: %#', (given, reason) => {
  expect(wireBounds(given).total.reason).toBe(reason);
});
