import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  COMMAND,
  connected,
  executed,
  exited,
  forked,
  ledgerOf,
  moved,
  OWN,
  start,
  tell,
  threaded,
  type Untimed,
} from '../trace.js';

/** Depth, pid, and bytes out, of each row. */
const rows = (events: readonly Untimed[], bounds?: { processes: number; remotes: number }) =>
  tell(events, bounds ? { bounds } : {}).processes.map(({ depth, pid, payload }) => [depth, pid, payload.unplaced.out]);

const sent = (tid: number, bytes: number) => moved(tid, 'out', bytes, 1, 17);

describe('the tree', () => {
  test.each<[string, Untimed[], number[][]]>([
    ['of the command alone, idle or not', [], [[0, COMMAND, 0]]],
    [
      'with threads, as one process',
      [threaded(COMMAND, 21), sent(21, 5), exited(21), threaded(COMMAND, 22), sent(22, 6)],
      [[0, COMMAND, 11]],
    ],
    [
      'with children by their start',
      [forked(COMMAND, 21), forked(COMMAND, 22), sent(22, 5), sent(21, 6)],
      [
        [0, COMMAND, 0],
        [1, 21, 6],
        [1, 22, 5],
      ],
    ],
    [
      'with a child’s children before its sibling',
      [forked(COMMAND, 21), forked(COMMAND, 22), forked(21, 23), sent(23, 1), sent(22, 2), sent(21, 3)],
      [
        [0, COMMAND, 0],
        [1, 21, 3],
        [2, 23, 1],
        [1, 22, 2],
      ],
    ],
    [
      'with a thread’s child, as its process’s',
      [threaded(COMMAND, 21), forked(21, 22), sent(22, 5)],
      [
        [0, COMMAND, 0],
        [1, 22, 5],
      ],
    ],
    [
      'with an idle parent of one that sent',
      [forked(COMMAND, 21), forked(21, 22), exited(21), sent(22, 5)],
      [
        [0, COMMAND, 0],
        [1, 21, 0],
        [2, 22, 5],
      ],
    ],
    [
      'with one that lived on when the command was over',
      [forked(COMMAND, 21), exited(COMMAND), sent(21, 5)],
      [
        [0, COMMAND, 0],
        [1, 21, 5],
      ],
    ],
    [
      'without idle ones',
      [forked(COMMAND, 21), forked(21, 22), exited(22), exited(21), forked(COMMAND, 23)],
      [[0, COMMAND, 0]],
    ],
    [
      'without netmeter’s own',
      [sent(OWN, 9), threaded(OWN, 11), sent(11, 9), forked(OWN, 30), sent(30, 9), forked(30, 31), sent(31, 9)],
      [[0, COMMAND, 0]],
    ],
    ['without strangers', [sent(99, 9)], [[0, COMMAND, 0]]],
    [
      'with a pid twice, as two processes',
      [forked(COMMAND, 21), sent(21, 5), exited(21), forked(COMMAND, 21), sent(21, 6), exited(21)],
      [
        [0, COMMAND, 0],
        [1, 21, 5],
        [1, 21, 6],
      ],
    ],
    [
      'with one whose end was lost before its pid came again',
      [forked(COMMAND, 21), sent(21, 5), forked(COMMAND, 21), sent(21, 6)],
      [
        [0, COMMAND, 0],
        [1, 21, 5],
        [1, 21, 6],
      ],
    ],
    [
      'with a thread that became the process by executing',
      [threaded(COMMAND, 21), exited(COMMAND), executed(COMMAND, '/bin/x', 21), sent(COMMAND, 5)],
      [[0, COMMAND, 5]],
    ],
  ])('%s', (_, events, expected) => {
    expect(rows(events)).toEqual(expected);
  });

  test('what the command did before it was marked is its own', () => {
    const [fork, mark] = start as [Untimed, Untimed];
    const ledger = ledgerOf([fork, forked(COMMAND, 21), sent(21, 5), mark, sent(COMMAND, 6)]);
    const { records, root } = ledger.close();
    expect(root?.pid).toBe(COMMAND);
    expect(records.map(({ pid, payload }) => [pid, payload.unplaced.out])).toEqual([
      [COMMAND, 6],
      [21, 5],
    ]);
  });

  test('a command that was never marked has no rows', () => {
    expect(ledgerOf([]).close()).toMatchObject({ root: undefined, records: [], idle: 0 });
  });

  test('once events were lost, an unknown thread may be the command’s', () => {
    const ledger = ledgerOf(start);
    ledger.noteLoss();
    ledger.take({ kind: 'moved', at: 5, tid: 99, way: 'out', socket: 1, protocol: 17, bytes: 7 });
    expect(ledger.close().records.map(({ pid, parent, name }) => [pid, parent, name])).toEqual([
      [COMMAND, undefined, undefined],
      [99, undefined, undefined],
    ]);
  });
});

describe('a row', () => {
  test('has its times, its program and its connects', () => {
    const { processes } = tell([
      executed(COMMAND, '/bin/sh'),
      forked(COMMAND, 21),
      executed(21, '/usr/bin/curl'),
      connected(21, '198.51.100.7:443'),
      moved(21, 'in', 5),
      exited(21),
      forked(COMMAND, 22),
      sent(22, 1),
    ]);
    expect(processes).toMatchObject([
      { pid: COMMAND, parent: null, name: 'sh', file: '/bin/sh', startedMs: 0, endedMs: null, tcpConnects: 0 },
      { pid: 21, parent: COMMAND, name: 'curl', file: '/usr/bin/curl', startedMs: 3, endedMs: 7, tcpConnects: 1 },
      { pid: 22, parent: COMMAND, name: 'sh', file: '/bin/sh', startedMs: 8, endedMs: null },
    ]);
  });

  test('ends with its last thread', () => {
    const { processes } = tell([threaded(COMMAND, 21), exited(COMMAND), sent(21, 1), exited(21)]);
    expect(processes).toMatchObject([{ endedMs: 5 }]);
  });

  test('is not followed by the kernel any more when its first thread has ended', () => {
    const ledger = ledgerOf([
      ...start,
      threaded(COMMAND, 21),
      forked(COMMAND, 30),
      threaded(30, 31),
      exited(COMMAND),
      exited(30),
      exited(31),
    ]);
    expect(ledger.takeUnfollowed()).toEqual([COMMAND]);
    expect(ledger.takeUnfollowed()).toEqual([]);
  });
});

describe('command lines', () => {
  const read = (ledger: ReturnType<typeof ledgerOf>, words: string[], at: number) => {
    for (const record of ledger.takeExecuted(10)) record.commandLine = { words, at };
  };
  const lines = (ledger: ReturnType<typeof ledgerOf>) =>
    ledger.close().records.map(({ commandLine }) => commandLine?.words);

  test('are inherited by a fork', () => {
    const ledger = ledgerOf([...start, executed(COMMAND, '/bin/sh')]);
    read(ledger, ['sh', '-c', ''], 10e6);
    for (const event of [forked(COMMAND, 21), sent(21, 1)]) ledger.take({ ...event, at: 20e6 });
    expect(lines(ledger)).toEqual([
      ['sh', '-c', ''],
      ['sh', '-c', ''],
    ]);
  });

  test('are another program’s after the next one', () => {
    const ledger = ledgerOf([...start, executed(COMMAND, '/bin/sh')]);
    read(ledger, ['sh'], 10e6);
    ledger.take({ ...executed(COMMAND, '/bin/ls'), at: 20e6 });
    expect(ledger.takeExecuted(10).map(({ name }) => name)).toEqual(['ls']);
    expect(lines(ledger)).toEqual([undefined]);
  });

  test('are nobody’s when they were read after the process’s end', () => {
    const ledger = ledgerOf([...start, executed(COMMAND, '/bin/sh')]);
    read(ledger, ['a stranger of the same pid'], 10e6);
    ledger.take({ ...exited(COMMAND), at: 9e6 });
    expect(lines(ledger)).toEqual([undefined]);
  });

  test('are not asked for of processes that are over, nor twice', () => {
    const ledger = ledgerOf([
      ...start,
      executed(COMMAND, '/bin/sh'),
      forked(COMMAND, 21),
      executed(21, '/bin/ls'),
      exited(21),
    ]);
    expect(ledger.takeExecuted(10).map(({ pid }) => pid)).toEqual([COMMAND]);
    expect(ledger.takeExecuted(10)).toEqual([]);
  });
});

describe('many processes', () => {
  const short = (pid: number, bytes: number): Untimed[] => [
    forked(COMMAND, pid),
    ...(bytes > 0 ? [sent(pid, bytes)] : []),
    exited(pid),
  ];

  test('beyond the bound those that moved least are put together', () => {
    const events = Array.from({ length: 100 }, (_, index) => short(100 + index, index + 1)).flat();
    const told = tell(events, { bounds: { processes: 10, remotes: 10 } });
    expect(told.processes.map(({ payload }) => payload.unplaced.out)).toEqual([0, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
    expect(told.otherProcesses).toMatchObject({ processes: 91, payload: { unplaced: { in: 0, out: (91 * 92) / 2 } } });
    expect(told.payload.unplaced.out).toBe(5050);
  });

  test('living ones are kept, whatever they moved, until the end', () => {
    const living = Array.from({ length: 50 }, (_, index) => forked(COMMAND, 1000 + index));
    const events = [...living, ...Array.from({ length: 100 }, (_, index) => short(100 + index, 5)).flat()];
    const late = living.map((_, index) => sent(1000 + index, 1000));
    const told = tell([...events, ...late], { bounds: { processes: 60, remotes: 10 } });
    expect(told.processes.filter(({ pid }) => pid >= 1000)).toHaveLength(50);
    expect(told.payload.unplaced.out).toBe(100 * 5 + 50 * 1000);
  });

  test('a million idle ones cost no memory, and are counted', () => {
    const ledger = ledgerOf(start);
    for (let index = 0; index < 1_000_000; index++) {
      const pid = 100 + (index % 30_000);
      ledger.take({ ...forked(COMMAND, pid), at: 10e6 + index });
      ledger.take({ ...exited(pid), at: 10e6 + index });
    }
    const { records, idle, rest } = ledger.close();
    expect({ records: records.length, idle, others: rest.processes }).toEqual({
      records: 1,
      idle: 1_000_000,
      others: 0,
    });
  });

  test('whatever happens, rows, others and idle ones add up', () => {
    const event = fc.tuple(
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 20, max: 40 }),
      fc.integer({ min: 20, max: 40 }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 300 }), (draws) => {
        const alive = new Set([COMMAND]);
        let processes = 1;
        let bytes = 0;
        const events = draws.flatMap(([kind, tid, other]): Untimed[] => {
          if (!alive.has(tid)) return [];
          if (kind <= 1 && !alive.has(other)) {
            processes++;
            alive.add(other);
            return [forked(tid, other)];
          }
          if (kind === 2) {
            alive.delete(tid);
            return [exited(tid)];
          }
          bytes += other;
          return [sent(tid, other)];
        });
        const told = tell(events, { bounds: { processes: 5, remotes: 5 } });
        expect(told.processes.length).toBeLessThanOrEqual(5);
        expect(told.processes.length + told.otherProcesses.processes + (told.idleProcesses ?? 0)).toBe(processes);
        expect(told.payload.unplaced.out).toBe(bytes);
        const pids = told.processes.map(({ pid }) => pid);
        for (const { depth, parent } of told.processes)
          if (depth > 1 && parent !== null) expect(pids).toContain(parent);
      }),
    );
  });
});
