import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whyIncomparable, whyOtherCommand } from '../../../src/budget/comparison/comparable.js';
import { compareRuns } from '../../../src/budget/comparison/compare.js';
import type { EarlierRun } from '../../../src/budget/comparison/earlier-run.js';
import { judgeIncrease } from '../../../src/budget/comparison/judge-increase.js';
import { groupRemotes } from '../../../src/budget/comparison/remote-groups.js';
import { parseIncrease } from '../../../src/cli/arguments/values/parse-increase.js';
import type { Verdict } from '../../../src/measurement/budget.js';
import type { RemoteRow } from '../../../src/measurement/remotes.js';
import { ipOctets } from '../../../src/units.js';
import { crawl, quiet } from '../../report/measurements.js';

const layers = (wire: number | null) => ({
  wireOctets: wire === null ? null : ipOctets(wire),
  ipOctets: null,
  linkBytes: null,
  packets: null,
});

const [example] = crawl.remotes?.rows ?? [];
if (!example) throw new Error('the crawl has no remotes');

/** Of the address that its first name has today, unless said otherwise. */
const row = (names: readonly string[], octets: number, changes: Partial<RemoteRow> = {}): RemoteRow => ({
  ...example,
  names,
  address: `host-of-${names[0]}`,
  wireOctets: { in: ipOctets(octets), out: ipOctets(0) },
  ...changes,
});

/** A run that used so many octets in, and more with remotes. */
function run(octets: number | null, rows?: readonly RemoteRow[], left = 0): EarlierRun {
  const { remotes: _, processes: __, dns: ___, ...plain } = crawl;
  return {
    ...plain,
    traffic: { ...quiet.traffic, external: { in: layers(octets), out: layers(0) } },
    ...(rows && {
      remotes: {
        evidence: 'kernel-counters',
        rows,
        others: { remotes: 0, isComplete: true, wireOctets: { in: ipOctets(0), out: ipOctets(0) } },
        unattributed: { in: ipOctets(left), out: ipOctets(0) },
        payloadOctets: { in: 0, out: 0 },
      },
    }),
  };
}

describe('runs that cannot be compared', () => {
  const { isolation } = quiet;
  test.each<[string, Partial<EarlierRun>, RegExp]>([
    ['isolation', { isolation: { kind: 'host', devices: ['eth0'] } }, /^the isolation was veth and is host$/],
    ['MTU', { isolation: { ...isolation, mtu: 9000 } as never }, /^the MTU was 1500 and is 9000$/],
    ['method', { method: { ...quiet.method, name: 'proc-estimate' } }, /octets were counted was qdisc and is proc/],
    ['schema', { schema: 2 as never }, /format of the report was 1 and is 2/],
  ])('%s', (_, changes, reason) => {
    const [why, ...others] = whyIncomparable(quiet, { ...quiet, ...changes });
    expect(why).toMatch(reason);
    expect(others).toEqual([]);
  });

  test('those of one transport can, those of two cannot', () => {
    const by = (tool: 'pasta' | 'slirp4netns'): EarlierRun => ({
      ...quiet,
      isolation: { kind: 'user-mode', tool, mtu: 1500, families: ['ipv4'] },
    });
    expect(whyIncomparable(by('pasta'), by('pasta'))).toEqual([]);
    expect(whyIncomparable(by('pasta'), by('slirp4netns'))).toEqual([expect.stringContaining('slirp4netns')]);
    expect(whyIncomparable(crawl, { ...crawl })).toEqual([]);
  });

  test.each<[string[], string[], boolean]>([
    [['npm', 'ci'], ['npm', 'ci'], true],
    [['npm', 'ci'], ['npm', 'i'], false],
    [['npm', 'ci'], ['npm'], false],
    // A report that hides its arguments.
    [['npm', '...'], ['npm', 'ci', '--x'], true],
    [['npm', '...'], ['pnpm', 'ci'], false],
  ])('command %j and %j: %s', (before, now, same) => {
    const earlier = { ...quiet, command: { ...quiet.command, argv: before } };
    expect(whyOtherCommand(earlier, now).length === 0).toBe(same);
  });
});

const EVERY_QUESTION = { answered: 1, notFound: 0, failed: 0, unanswered: 0, averageMs: 1, slowestMs: 1 };

const SMALL = { share: 0.1, octets: 100 };

describe('an increase must be beyond both limits to fail', () => {
  test.each<[number, number, Verdict]>([
    [10_000, 11_000, 'within'],
    [10_000, 11_001, 'exceeded'],
    [10_000, 5, 'within'],
    // More than 10 %, and not more than 100 octets.
    [500, 600, 'within'],
    [500, 601, 'exceeded'],
    [0, 100, 'within'],
    [0, 101, 'exceeded'],
  ])('from %i to %i: %s', (before, after, verdict) => {
    const limits = judgeIncrease(compareRuns(run(before), run(after)), SMALL);
    expect(limits.map(({ subject }) => subject)).toEqual(['in', 'out', 'total']);
    expect(limits[0]).toMatchObject({ kind: 'increase', verdict, used: after, baseline: before });
    expect(limits[2]?.verdict).toBe(verdict);
  });

  test('what is not known is not judged', () => {
    for (const [before, after] of [
      [null, 5],
      [5, null],
      [null, null],
    ] as const) {
      const [limit] = judgeIncrease(compareRuns(run(before), run(after)), SMALL);
      expect(limit).toMatchObject({ verdict: 'unmeasured', baseline: before, used: after, reason: expect.any(String) });
    }
  });

  test('an estimate is judged only where its error cannot matter', () => {
    const about = (octets: number): EarlierRun => ({
      ...run(octets),
      method: { ...quiet.method, errorBound: { in: 50, out: 0 } },
    });
    const verdict = (after: number) => judgeIncrease(compareRuns(about(1000), about(after)), SMALL)[0]?.verdict;
    expect([verdict(1000), verdict(1001), verdict(1205), verdict(1206)]).toEqual([
      'within',
      'unmeasured',
      'unmeasured',
      'exceeded',
    ]);
  });

  test('holds for every pair, as it is defined', () => {
    const octets = fc.nat({ max: 10_000 });
    fc.assert(
      fc.property(octets, octets, fc.nat({ max: 100 }), fc.nat({ max: 500 }), (before, after, percent, least) => {
        const [limit] = judgeIncrease(compareRuns(run(before), run(after)), { share: percent / 100, octets: least });
        const grown = after - before;
        const failed = grown > least && grown * 100 > before * percent;
        expect(limit?.verdict).toBe(failed ? 'exceeded' : 'within');
      }),
    );
  });
});

test.each<[string | undefined, string | undefined, number, Verdict]>([
  ['unknown', 'unknown', 11_000, 'within'],
  // Somebody else may have used it.
  ['unknown', 'unknown', 11_001, 'unmeasured'],
  ['clean', 'clean', 11_001, 'exceeded'],
  ['unknown', 'clean', 11_001, 'exceeded'],
  ['shared', 'unknown', 11_000, 'unmeasured'],
])('a run graded %s and one graded %s: %i of 10 000 octets and 10 %% is %s', (then, now, octets, verdict) => {
  const graded = (used: number, grade: string | undefined) =>
    ({ ...run(used), contamination: { grade, idleOctets: 0, idleMs: 1, foreignConnections: 0 } }) as EarlierRun;
  const [limit] = judgeIncrease(compareRuns(graded(10_000, then), graded(octets, now)), SMALL);
  expect(limit?.verdict).toBe(verdict);
});

describe('remotes', () => {
  const judged = (before: readonly RemoteRow[], after: readonly RemoteRow[], left = 0) =>
    judgeIncrease(compareRuns(run(0, before), run(0, after, left)), SMALL).filter(
      ({ subject }) => !/^(?:in|out|total)$/.test(subject ?? ''),
    );

  test('one that grew is shown among many that did not', () => {
    const before = [row(['a.example'], 1000), row(['b.example'], 1000), row(['gone.example'], 1000)];
    const after = [row(['a.example'], 1000), row(['b.example'], 1101), row(['new.example'], 100)];
    expect(judged(before, after)).toMatchObject([{ subject: 'b.example', used: 1101, baseline: 1000, limit: 1100 }]);
  });

  test('another address of the same name is the same remote, and another name of the same address too', () => {
    const before = [row(['a.example'], 600, { address: '203.0.113.1' }), row(['b.example', 'c.example'], 600)];
    const after = [row(['A.example'], 600, { address: '203.0.113.2' }), row(['c.example'], 600)];
    expect(judged(before, after)).toEqual([]);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['the baseline has not seen its name', [], ['a.example']],
    ['the later run has not', ['a.example'], []],
    ['each has seen another', ['a.example'], ['b.example']],
  ])('an address is one remote, also where %s', (_, then, now) => {
    const at = { address: '203.0.113.1' };
    expect(judged([row(then, 6000, at)], [row(now, 6000, at)])).toEqual([]);
    expect(judged([row(then, 6000, at)], [row(now, 7000, at)])).toMatchObject([
      { subject: [...then, ...now].toSorted()[0], baseline: 6000, used: 7000, verdict: 'exceeded' },
    ]);
    expect(judged([row(then, 6000, at)], [row(now, 6000, { ...at, port: 9 })])).toMatchObject(
      then.length === 1 && now.length === 1 ? [{ subject: 'b.example' }] : [{ baseline: 0, used: 6000 }],
    );
  });

  describe('a name that leads to another address the next day, and was missed', () => {
    const [then, now] = [{ address: '203.0.113.1' }, { address: '203.0.113.2' }];
    const asked = (queries: number) => ({ dns: { ...EVERY_QUESTION, queries } });
    const nameserver = row([], 10, { address: '203.0.113.53', port: 53, protocol: 'udp' });
    const between = (a: EarlierRun, b: EarlierRun) =>
      judgeIncrease(compareRuns(a, b), SMALL).filter(({ subject }) => !/^(?:in|out|total)$/.test(subject ?? ''));
    const named = (octets: number): EarlierRun => ({
      ...run(0, [row(['a.example'], octets, then), nameserver]),
      ...asked(1),
    });
    const missed = (octets: number, queries?: number): EarlierRun => ({
      ...run(0, [row([], octets, now), nameserver]),
      ...(queries !== undefined && asked(queries)),
    });

    test.each([[undefined], [0]])('with %s questions seen it is the remote at that port', (queries) => {
      expect(between(named(6000), missed(6000, queries))).toEqual([]);
      expect(between(missed(6000, queries), named(6000))).toEqual([]);
      expect(between(named(6000), missed(7000, queries))).toMatchObject([{ subject: 'a.example', used: 7000 }]);
      expect(between(missed(6000, queries), named(7000))).toMatchObject([{ subject: 'a.example', baseline: 6000 }]);
    });

    test('an address that nobody asked for is another remote', () => {
      expect(between(named(6000), missed(6000, 1))).toMatchObject([{ subject: '203.0.113.2:443', baseline: 0 }]);
    });

    test('one of another port is another remote, and one with a counterpart is that', () => {
      const web = { ...run(0, [row([], 6000, { ...now, port: 80 })]) };
      expect(between(named(6000), web)).toMatchObject([{ subject: '203.0.113.2:80', baseline: 0 }]);
      const both = { ...run(0, [row([], 6000, now), row(['a.example'], 6000, then)]) };
      expect(between(named(6000), both)).toMatchObject([{ subject: '203.0.113.2:443', baseline: 0 }]);
    });
  });

  test('without a name it is the address with port and protocol', () => {
    const before = [row([], 600, { address: '2001:db8::1', port: 53, protocol: 'udp' })];
    const after = [...before, row([], 600, { address: '2001:db8::1', port: 443 })];
    expect(judged(before, after)).toMatchObject([{ subject: '[2001:db8::1]:443', baseline: 0, used: 600 }]);
  });

  test('what belongs to no remote may be of any', () => {
    expect(judged([row(['a.example'], 1000)], [row(['a.example'], 1000)], 100)).toEqual([]);
    expect(judged([row(['a.example'], 1000)], [row(['a.example'], 1000)], 101)).toMatchObject([
      { verdict: 'unmeasured', reason: expect.stringContaining('could not be distinguished') },
    ]);
  });

  test('no row is lost by the grouping, and rows that share a name are together', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 3 });
    const rows = fc.array(
      names.map((given) => row(given, 1)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(rows, rows, (before, after) => {
        const groups = groupRemotes({ rows: before, seesNames: false }, { rows: after, seesNames: true });
        expect(groups.flatMap((group) => group.before)).toHaveLength(before.length);
        expect(groups.flatMap((group) => group.after)).toHaveLength(after.length);
        const named = groups.map((group) => new Set([...group.before, ...group.after].flatMap((each) => each.names)));
        const all = named.flatMap((group) => [...group]);
        expect(new Set(all).size).toBe(all.length);
      }),
    );
  });
});

test('processes are compared by name where both runs report them', () => {
  const payload = (incoming: number) => ({ external: { in: incoming, out: 1 }, unplaced: { in: 0, out: 0 } });
  const by = (...processes: [string | null, number][]): EarlierRun => ({
    ...run(0),
    processes: {
      evidence: 'traced',
      processes: processes.map(([name, octets]) => ({ name, payload: payload(octets) })),
      otherProcesses: { payload: payload(0) },
      lostEvents: 0,
    },
  });
  const rows = compareRuns(by(['git', 9], ['git', 9], ['sh', 1]), by(['git', 5], [null, 3]));
  expect(
    rows
      .filter(({ kind }) => kind === 'process')
      .map(({ subject, before, after }) => [subject, before.used, after.used]),
  ).toEqual([
    ['git', 20, 6],
    ['unknown', 0, 4],
    ['sh', 2, 0],
  ]);
  expect(compareRuns(by(['git', 1]), run(0)).some(({ kind }) => kind === 'process')).toBe(false);
});

test.each<[string | undefined, string | undefined, object]>([
  [undefined, undefined, { share: 0.1, octets: 1_000_000 }],
  ['2.5 %', '1kB', { share: 0.025, octets: 1000 }],
  ['0%', '0', { share: 0, octets: 0 }],
])('--max-increase %s --min-increase %s', (share, octets, expected) => {
  expect(parseIncrease(share, octets)).toEqual(expected);
});

test.each(['10', '-1%', '%', '1e3%', 'ten%', '10%%'])('no share: %j', (text) => {
  expect(() => parseIncrease(text, undefined)).toThrow('bad share');
});
