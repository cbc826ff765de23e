import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Leftovers, ProcessLedger } from '../../../src/attribution/processes/process-ledger.js';
import { newAccount } from '../../../src/attribution/processes/process-record.js';
import type { Bounds } from '../../../src/attribution/processes/process-records.js';
import { reportProcesses } from '../../../src/attribution/processes/process-rows.js';
import type { ProcessCounts } from '../../../src/observe/processes/process-counts.js';
import type { CountedPair, CountedProcess, Program } from '../../../src/observe/processes/read-process.js';

/** The command's id; its pid is this much more, as each process'. */
const ROOT = 1;
const PID = 100;

type Changes = Partial<Omit<CountedProcess, 'payload'>> & { readonly out?: number };

/** A process with an id, forked by another, that has sent some octets by UDP. */
const counted = (id: number, parent: number, { out = 0, ...changes }: Changes = {}): CountedProcess => ({
  id,
  pid: PID + id,
  fork: { parent, parentPid: PID + parent, at: id * 1e6 },
  endedAt: (1000 + id) * 1e6,
  payload: { ...newAccount().payload, unplaced: { in: 0, out } },
  connects: 0,
  program: 0,
  comm: `c${id}`,
  ...changes,
});

const pair = (process: number, out: number, changes: Partial<CountedPair> = {}): CountedPair => ({
  process,
  side: 'connected',
  protocol: 6,
  address: '192.0.2.1',
  port: 443,
  in: 0,
  out,
  connections: 1,
  ...changes,
});

const counts = (processes: readonly CountedProcess[], more: Partial<ProcessCounts> = {}): ProcessCounts => ({
  root: ROOT,
  processes,
  living: [],
  programs: new Map(),
  pairs: [],
  ...more,
});

const NOTHING: Leftovers = {
  others: { ...newAccount(), processes: 0, remotes: { in: 0, out: 0, connections: 0 } },
  idle: 0,
};

function report(takes: readonly ProcessCounts[], bounds?: Bounds, leftovers = NOTHING) {
  const ledger = new ProcessLedger(bounds);
  for (const each of takes) ledger.take(each);
  const reported = reportProcesses(ledger.close(leftovers), {
    evidence: 'traced',
    pids: 'own',
    toMs: (at) => at / 1e6,
    knowsHostLocal: false,
    lostEvents: 0,
    isComplete: true,
  });
  if (reported.evidence === 'none') throw new Error(reported.reason);
  return reported;
}

/** Depth, id and octets out of each row. */
const rows = (...takes: ProcessCounts[]) =>
  report(takes).processes.map(({ depth, pid, payload }) => [depth, pid - PID, payload.unplaced.out]);

describe('the tree', () => {
  test.each<[string, CountedProcess[], number[][]]>([
    ['of the command alone, idle or not', [counted(1, 0)], [[0, 1, 0]]],
    [
      'with a child’s children before its sibling',
      [counted(4, 2, { out: 1 }), counted(1, 0), counted(3, 1, { out: 2 }), counted(2, 1, { out: 3 })],
      [
        [0, 1, 0],
        [1, 2, 3],
        [2, 4, 1],
        [1, 3, 2],
      ],
    ],
    [
      'with an idle parent of one that sent',
      [counted(1, 0), counted(2, 1), counted(3, 2, { out: 5 })],
      [
        [0, 1, 0],
        [1, 2, 0],
        [2, 3, 5],
      ],
    ],
    ['without idle ones', [counted(1, 0), counted(2, 1), counted(3, 2)], [[0, 1, 0]]],
    [
      'without netmeter’s other children',
      [counted(1, 0), counted(2, 0, { out: 9 }), counted(3, 2, { out: 9 })],
      [[0, 1, 0]],
    ],
    [
      'with a pid twice, as two processes',
      [counted(1, 0), counted(2, 1, { out: 5, pid: 102 }), counted(3, 1, { out: 6, pid: 102 })],
      [
        [0, 1, 0],
        [1, 2, 5],
        [1, 2, 6],
      ],
    ],
  ])('%s', (_, processes, expected) => {
    expect(rows(counts(processes))).toEqual(expected);
  });

  test('whose command was not seen has no rows', () => {
    expect(report([counts([counted(2, 0, { out: 5 })], { root: 0 })]).processes).toEqual([]);
  });

  test('is put together of what is taken one after the other, parents last, too', () => {
    const root = counted(1, 0, { endedAt: undefined });
    const middle = counted(2, 1, { endedAt: undefined });
    expect(
      rows(
        counts([counted(3, 2, { out: 3 })], { living: [root, middle] }),
        counts([counted(4, 2, { out: 4 }), counted(2, 1, { out: 2 })], { living: [root] }),
        // Forked by one that had ended when it was taken.
        counts([counted(5, 2, { out: 5 }), counted(1, 0, { out: 1 })]),
      ),
    ).toEqual([
      [0, 1, 1],
      [1, 2, 2],
      [2, 3, 3],
      [2, 4, 4],
      [2, 5, 5],
    ]);
  });
});

describe('a row', () => {
  test('has its times, its program and its connects', () => {
    const curl: Program = { file: '/usr/bin/curl', name: 'curl', words: ['curl', '-s'] };
    const reported = report([
      counts(
        [counted(1, 0), counted(2, 1, { connects: 1, program: 7 }), counted(3, 1, { out: 1, endedAt: undefined })],
        {
          programs: new Map([[7, curl]]),
        },
      ),
    ]);
    expect(reported.processes).toMatchObject([
      {
        pid: 101,
        parent: null,
        name: 'c1',
        file: null,
        commandLine: null,
        startedMs: 0,
        endedMs: 1001,
        tcpConnects: 0,
      },
      {
        pid: 102,
        parent: 101,
        name: 'curl',
        file: '/usr/bin/curl',
        commandLine: ['curl', '-s'],
        startedMs: 2,
        tcpConnects: 1,
      },
      { pid: 103, parent: 101, name: 'c3', startedMs: 3, endedMs: null },
    ]);
  });

  test('has the remotes of its process; what belongs to none is among the others', () => {
    const reported = report(
      [
        counts([counted(1, 0)], {
          pairs: [pair(1, 5), pair(1, 7, { side: 'accepted', port: 80, address: '::1' }), pair(0, 11), pair(99, 13)],
        }),
      ],
      undefined,
      { ...NOTHING, others: { ...NOTHING.others, remotes: { in: 1, out: 2, connections: 3 } } },
    );
    expect(reported.remotes).toEqual([
      { pid: 101, side: 'accepted', protocol: 'tcp', address: '::1', port: 80, in: 0, out: 7, connections: 1 },
      { pid: 101, side: 'connected', protocol: 'tcp', address: '192.0.2.1', port: 443, in: 0, out: 5, connections: 1 },
    ]);
    expect(reported.otherRemotes).toEqual({ remotes: 2, in: 1, out: 26, connections: 5 });
  });
});

describe('many processes', () => {
  test('beyond the bound those that moved least are put together', () => {
    const all = Array.from({ length: 100 }, (_, index) => counted(2 + index, 1, { out: index + 1 }));
    const reported = report([counts([counted(1, 0), ...all])], { processes: 10, remotes: 10 });
    expect(reported.processes.map(({ payload }) => payload.unplaced.out)).toEqual([
      0, 92, 93, 94, 95, 96, 97, 98, 99, 100,
    ]);
    expect(reported.otherProcesses).toMatchObject({
      processes: 91,
      payload: { unplaced: { in: 0, out: (91 * 92) / 2 } },
    });
    expect(reported.payload.unplaced.out).toBe(5050);
  });

  test('what the kernel had no room for is with them, and idle ones are counted', () => {
    const others = { ...NOTHING.others, ...newAccount(), processes: 4, connects: 2 };
    others.payload.external.in = 77;
    const reported = report([counts([counted(1, 0), counted(2, 1)])], undefined, { others, idle: 10 });
    expect(reported.otherProcesses).toMatchObject({
      processes: 4,
      tcpConnects: 2,
      payload: { external: { in: 77, out: 0 } },
    });
    expect(reported.payload.external).toEqual({ in: 77, out: 0 });
    expect(reported.idleProcesses).toBe(11);
  });

  test('living ones are kept, whatever they moved, until the end', () => {
    const living = Array.from({ length: 50 }, (_, index) => counted(2 + index, 1, { endedAt: undefined, out: 1000 }));
    const root = counted(1, 0, { endedAt: undefined });
    const short = Array.from({ length: 100 }, (_, index) => counted(100 + index, 1, { out: 5 }));
    const reported = report([counts(short, { living: [root, ...living] }), counts([root, ...living])], {
      processes: 60,
      remotes: 10,
    });
    expect(reported.processes.filter(({ payload }) => payload.unplaced.out === 1000)).toHaveLength(50);
    expect(reported.payload.unplaced.out).toBe(100 * 5 + 50 * 1000);
  });

  test('however they are taken, rows, others and idle ones add up', () => {
    const draw = fc.record({ parent: fc.nat(), out: fc.nat({ max: 3 }), take: fc.nat({ max: 3 }) });
    fc.assert(
      fc.property(fc.array(draw, { maxLength: 60 }), (draws) => {
        // Whoever is taken has been forked, and lives until then.
        const tree = draws.map(({ parent, out, take }, index) => ({
          take,
          process: counted(index + 2, 1 + (parent % (index + 1)), { out }),
        }));
        const root = counted(1, 0, { endedAt: undefined });
        const takes = [0, 1, 2, 3].map((now) =>
          counts(
            tree.filter(({ take }) => take === now).map(({ process }) => process),
            {
              living: [
                root,
                ...tree.filter(({ take }) => take > now).map(({ process }) => ({ ...process, endedAt: undefined })),
              ],
              pairs: tree
                .filter(({ take }) => take === now)
                .map(({ process: { id, payload } }) => pair(id, payload.unplaced.out)),
            },
          ),
        );
        const reported = report([...takes, counts([root])], { processes: 5, remotes: 5 });
        const sum = draws.reduce((total, { out }) => total + out, 0);
        expect(reported.processes.length).toBeLessThanOrEqual(5);
        expect(reported.processes.length + reported.otherProcesses.processes + (reported.idleProcesses ?? 0)).toBe(
          draws.length + 1,
        );
        expect(reported.payload.unplaced.out).toBe(sum);
        expect(reported.remotes.reduce((total, { out }) => total + out, reported.otherRemotes.out)).toBe(sum);
        const pids = reported.processes.map(({ pid }) => pid);
        for (const { depth, parent } of reported.processes)
          if (depth > 1 && parent !== null) expect(pids).toContain(parent);
      }),
    );
  });
});
