import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge } from '../../src/budget/judge.js';
import type { Limits } from '../../src/budget/limits.js';
import type { LimitKind, Verdict } from '../../src/measurement/budget.js';
import type { Method } from '../../src/measurement/method.js';
import type { Layers } from '../../src/measurement/traffic.js';
import { ipOctets } from '../../src/units.js';

const layers = (octets: number | null): Layers => ({
  wireOctets: octets === null ? null : ipOctets(octets),
  ipOctets: null,
  linkBytes: null,
  packets: null,
});

const evidence = (used: [number | null, number | null], bound: [number | null, number | null] = [0, 0]) => ({
  external: { in: layers(used[0]), out: layers(used[1]) },
  method: { name: 'qdisc', packetsIn: 'qdisc', errorBound: { in: bound[0], out: bound[1] } } satisfies Method,
  ended: false,
});

const verdictOn = (kind: LimitKind, limit: number, ...given: Parameters<typeof evidence>) =>
  judge({ [kind]: ipOctets(limit) }, evidence(...given))?.verdict;

describe('a single limit', () => {
  test.each<[LimitKind, number, [number | null, number | null], Verdict]>([
    ['in', 100, [99, 500], 'within'],
    ['in', 100, [100, 500], 'within'],
    ['in', 100, [101, 0], 'exceeded'],
    ['out', 100, [500, 100], 'within'],
    ['out', 100, [0, 101], 'exceeded'],
    ['total', 100, [60, 40], 'within'],
    ['total', 100, [60, 41], 'exceeded'],
    ['in', 0, [0, 0], 'within'],
    ['in', 0, [1, 0], 'exceeded'],
    ['in', 100, [null, 0], 'unmeasured'],
    ['in', 100, [5, null], 'within'],
    ['total', 100, [5, null], 'unmeasured'],
    ['total', 100, [null, 5], 'unmeasured'],
  ])('%s of at most %i, used %j: %s', (kind, limit, used, verdict) => {
    expect(verdictOn(kind, limit, used)).toBe(verdict);
  });
});

describe('a number that can be off by a bound', () => {
  test.each<[LimitKind, [number, number], [number | null, number | null], Verdict]>([
    ['in', [90, 0], [10, 0], 'within'],
    ['in', [91, 0], [10, 0], 'unmeasured'],
    ['in', [110, 0], [10, 0], 'unmeasured'],
    ['in', [111, 0], [10, 0], 'exceeded'],
    ['in', [1, 0], [null, 0], 'unmeasured'],
    ['in', [1000, 0], [null, 0], 'unmeasured'],
    ['in', [100, 0], [0, null], 'within'],
    ['total', [45, 45], [5, 5], 'within'],
    ['total', [45, 46], [5, 5], 'unmeasured'],
    ['total', [55, 56], [5, 5], 'exceeded'],
    ['total', [1, 1], [0, null], 'unmeasured'],
  ])('%s of at most 100, used %j off by %j: %s', (kind, used, bound, verdict) => {
    expect(verdictOn(kind, 100, used, bound)).toBe(verdict);
  });
});

describe('several limits', () => {
  test.each<[string, Limits, [number | null, number | null], Verdict]>([
    ['exceeded wins over unmeasured', { in: ipOctets(1), out: ipOctets(1) }, [2, null], 'exceeded'],
    ['unmeasured wins over within', { in: ipOctets(5), out: ipOctets(1) }, [2, null], 'unmeasured'],
    ['exceeded wins over within', { in: ipOctets(5), out: ipOctets(1) }, [2, 2], 'exceeded'],
    ['all within', { in: ipOctets(5), out: ipOctets(5), total: ipOctets(5) }, [2, 2], 'within'],
  ])('%s', (_, limits, used, verdict) => {
    expect(judge(limits, evidence(used))?.verdict).toBe(verdict);
  });

  test('come in the order in, out, total, each with what was used', () => {
    const limits = { total: ipOctets(3), out: ipOctets(9), in: ipOctets(2) };
    expect(judge(limits, { ...evidence([2, 2]), ended: true })).toEqual({
      verdict: 'exceeded',
      ended: true,
      limits: [
        { kind: 'in', limit: 2, used: 2, verdict: 'within' },
        { kind: 'out', limit: 9, used: 2, verdict: 'within' },
        { kind: 'total', limit: 3, used: 4, verdict: 'exceeded' },
      ],
    });
  });
});

test('without a limit there is no budget', () => {
  expect(judge({}, evidence([1, 1]))).toBeUndefined();
});

test('a verdict holds for every true value that the error bound allows', () => {
  const count = fc.nat({ max: 1000 });
  fc.assert(
    fc.property(count, count, count, fc.integer({ min: -1000, max: 1000 }), (limit, used, bound, error) => {
      const truth = used + (bound === 0 ? 0 : error % (bound + 1));
      const verdict = verdictOn('in', limit, [used, 0], [bound, 0]);
      return verdict === 'unmeasured' || verdict === (truth > limit ? 'exceeded' : 'within');
    }),
  );
});
