import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseRun } from '../../../src/budget/repeat/choose-run.js';
import { closeRepeat } from '../../../src/budget/repeat/close-repeat.js';
import { outliers, spreadOf } from '../../../src/budget/repeat/spread.js';
import type { Verdict } from '../../../src/measurement/budget.js';
import type { Measurement } from '../../../src/measurement/measurement.js';
import type { RunSummary } from '../../../src/measurement/repeat.js';
import { ipOctets, milliseconds } from '../../../src/units.js';
import { quiet } from '../../report/measurements.js';

const run = (total: number | null, verdict?: Verdict): RunSummary => ({
  startedAt: '2026-11-23T12:00:00.000Z',
  durationMs: milliseconds(1),
  exit: { kind: 'code', code: 0 },
  wireOctets: { in: total === null ? null : ipOctets(total), out: ipOctets(0) },
  ...(verdict && { verdict }),
});

describe('the spread', () => {
  test.each([
    [[5], { median: 5, min: 5, max: 5, standardDeviation: 0 }],
    [[2, 4], { median: 3, min: 2, max: 4, standardDeviation: 1 }],
    [[9, 1, 5], { median: 5, min: 1, max: 9, standardDeviation: 4 }],
    [[2, 4, 4, 4, 5, 5, 7, 9], { median: 4.5, min: 2, max: 9, standardDeviation: 2 }],
  ])('of %j', (totals, expected) => {
    expect(
      spreadOf(
        totals.map((total) => run(total)),
        'in',
      ),
    ).toEqual(expected);
  });

  test('is unknown where a run does not know its number', () => {
    expect(spreadOf([run(1), run(null)], 'total')).toBeNull();
    expect(spreadOf([run(1), run(null)], 'out')).toMatchObject({ median: 0 });
    expect(spreadOf([], 'in')).toBeNull();
  });

  test('holds every run, and is in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (totals) => {
        const { median, min, max } = spreadOf(
          totals.map((total) => run(total)),
          'total',
        ) ?? { median: -1, min: 0, max: 0 };
        expect([min, max]).toEqual([Math.min(...totals), Math.max(...totals)]);
        expect(totals.filter((total) => total <= median).length * 2).toBeGreaterThanOrEqual(totals.length);
        expect(totals.filter((total) => total >= median).length * 2).toBeGreaterThanOrEqual(totals.length);
      }),
    );
  });
});

test.each<[number[], number[]]>([
  [[], []],
  [[50], []],
  [[1000, 0], []],
  [[98, 100, 102], []],
  [[98, 100, 102, 400], [3]],
  [[5000, 3000, 2900, 3100, 3000], [0]],
  // The same in each but for an acknowledgement.
  [[100_000, 100_000, 100_000, 100_052], []],
  [[100_000, 100_000, 100_000, 101_483], [3]],
  [[100_000, 100_000, 100_000, 98_000], [3]],
  [[0, 0, 0, 1], [3]],
  [[0, 0, 0], []],
])('outliers of %j: %j', (totals, expected) => {
  expect(outliers(totals.map((total) => run(total)))).toEqual(expected);
});

describe('the judged run', () => {
  test.each<['worst' | 'median', RunSummary[], number]>([
    ['worst', [run(1), run(9), run(5)], 1],
    ['worst', [run(1), run(1)], 0],
    ['worst', [run(9, 'within'), run(5, 'exceeded'), run(7, 'exceeded'), run(99, 'unmeasured')], 2],
    ['worst', [run(9, 'within'), run(null, 'unmeasured'), run(3, 'within')], 1],
    ['median', [run(9), run(1), run(5)], 2],
    // The larger of the two in the middle.
    ['median', [run(4), run(1), run(3), run(2)], 2],
    ['median', [run(9, 'exceeded'), run(1, 'within'), run(2, 'within')], 2],
    ['median', [run(7)], 0],
    // Nothing is in the middle of what is not known.
    ['median', [run(1, 'within'), run(null, 'unmeasured'), run(3, 'within')], 1],
  ])('%s of %j: %i', (judge, runs, expected) => {
    expect(chooseRun(runs, judge)).toBe(expected);
  });

  test('as the worst, no run has a worse verdict', () => {
    const verdict = fc.constantFrom<Verdict>('within', 'exceeded', 'unmeasured');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 9 }), verdict), { minLength: 1 }), (given) => {
        const runs = given.map(([total, judged]) => run(total, judged));
        const chosen = runs[chooseRun(runs, 'worst')]?.verdict;
        const all = runs.map((each) => each.verdict);
        if (all.includes('exceeded')) expect(chosen).toBe('exceeded');
        else if (all.includes('unmeasured')) expect(chosen).toBe('unmeasured');
      }),
    );
  });
});

describe('a series', () => {
  const measured = (total: number, code = 0): Measurement => ({
    ...quiet,
    command: { ...quiet.command, exit: { kind: 'code', code } },
    traffic: {
      ...quiet.traffic,
      external: { in: { ...quiet.traffic.external.in, wireOctets: ipOctets(total) }, out: quiet.traffic.external.out },
    },
  });
  const plain = { judge: 'worst', warmups: 0, isPrepared: false } as const;

  test('is the measurement of one run, with the others beside it', () => {
    const { repeat, ...rest } = closeRepeat([measured(5), measured(9), measured(7)], { ...plain, warmups: 2 });
    expect(rest).toEqual(measured(9));
    expect(repeat).toMatchObject({
      judged: 1,
      judge: 'worst',
      warmups: 2,
      spread: { in: { median: 7 } },
      outliers: [],
    });
    expect(repeat?.runs.map(({ wireOctets }) => wireOctets.in)).toEqual([5, 9, 7]);
  });

  test('that ended by a failure names the run that failed', () => {
    expect(closeRepeat([measured(9), measured(5, 3)], plain).repeat?.judged).toBe(1);
  });

  test.each([
    [plain, [9000, 1000, 1000, 1000], 'FIRST_RUN_LARGER', /--warmup, .* or --prepare/],
    [{ ...plain, warmups: 1 }, [9000, 1000, 1000, 1000], 'FIRST_RUN_LARGER', /Consider --prepare/],
    [{ ...plain, warmups: 1, isPrepared: true }, [9000, 1000, 1000, 1000], 'FIRST_RUN_LARGER', /more --warmup/],
    [plain, [1000, 1000, 9000, 1000], 'OUTLIERS', /^statistical outliers were detected \(run 3\)/],
    [plain, [10, 1000, 1000, 1000], 'OUTLIERS', /run 1/],
  ] as const)('%j of %j: %s', (options, totals, code, message) => {
    const { warnings } = closeRepeat(
      totals.map((total) => measured(total)),
      options,
    );
    expect(warnings).toEqual([{ code, message: expect.stringMatching(message) }]);
  });

  test('of equal runs has nothing to warn of', () => {
    expect(closeRepeat([measured(5), measured(5), measured(5)], plain).warnings).toEqual([]);
  });
});
