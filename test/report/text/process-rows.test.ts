import { expect, test } from 'vitest';
import type { ProcessUse } from '../../../src/measurement/processes.js';
import { processTable } from '../../../src/report/tables/process-table.js';
import { processRows } from '../../../src/report/text/process-rows.js';
import { crawl, quiet } from '../measurements.js';

type Reported = Exclude<ProcessUse, { evidence: 'none' }>;

function reported(changes: Partial<Reported> = {}) {
  const { processes } = crawl;
  if (!processes || processes.evidence === 'none') throw new Error('the crawl has processes');
  return { ...crawl, processes: { ...processes, ...changes } };
}

test('a line a process in the order of the tree, and what is left of the wire’s octets', () => {
  expect(processRows(crawl)).toMatchInlineSnapshot(`
    [
      "  processes node crawl.js --depth… (101)    40 MB in   197 kB out",
      "             curl -sS https://a-v… (117)     6 MB in  50.1 kB out",
      "             sh|x (130)                    300 kB in    10 kB out",
      "            2 others                        20 kB in      0 B out",
      "            overhead                      1.83 MB in   945 kB out",
      "            retransmitted                 65.2 kB in   2.9 kB out",
      "            unattributed                  14.8 kB in      0 B out",
    ]
  `);
});

test('what was handed over and not carried is a row of its own: no number is below 0', () => {
  const { balance } = reported().processes;
  const report = reported({ balance: { ...balance, out: { ...balance.out, unattributedOctets: -321_000 } } });
  expect(processRows(report).slice(-2)).toEqual([
    '            unattributed                  14.8 kB in      0 B out',
    '            not carried                       0 B in   321 kB out',
  ]);
  expect(
    processTable(report)
      ?.rows.slice(-2)
      .map((cells) => cells.slice(0, 4)),
  ).toMatchObject([
    ['unattributed', '', '14 840 B', '0 B'],
    ['handed over, not carried', '', '0 B', '321 000 B'],
  ]);
});

test('of many the largest, in the order of the tree', () => {
  const [first] = reported().processes.processes;
  if (!first) throw new Error('it has one');
  const many = Array.from({ length: 30 }, (_, index) => ({
    ...first,
    pid: 1000 + index,
    commandLine: null,
    payload: { ...first.payload, external: { in: index % 3 === 0 ? 1000 : 10, out: 0 } },
  }));
  const rows = processRows(reported({ processes: many }));
  expect(rows.slice(0, 8).map((line) => /\((\d+)\)/.exec(line)?.[1])).toEqual([
    '1000',
    '1003',
    '1006',
    '1009',
    '1012',
    '1015',
    '1018',
    '1021',
  ]);
  expect(rows[8]).toContain('24 others');
});

test('a process is indented below its nearest ancestor that has a row, and by nobody without one', () => {
  const [first] = reported().processes.processes;
  if (!first) throw new Error('it has one');
  const process = (pid: number, parent: number | null, moved: number) => ({
    ...first,
    ...{ pid, parent, depth: 3, commandLine: null, name: 'p' },
    payload: { ...first.payload, external: { in: moved, out: 0 } },
  });
  const shown = (...processes: (typeof first)[]) =>
    processRows(reported({ processes })).flatMap((line) => /^.{12}( *p \(\d+\))/.exec(line)?.[1] ?? []);
  // 2 has moved nothing and has no line; 9 is in no list at all.
  expect(shown(process(1, null, 9), process(2, 1, 0), process(3, 2, 9), process(4, 3, 9))).toEqual([
    'p (1)',
    ' p (3)',
    '  p (4)',
  ]);
  expect(shown(process(3, 9, 9), process(4, 3, 9))).toEqual(['p (3)', ' p (4)']);
  const { rows } = processTable(reported({ processes: [process(3, 9, 9), process(4, 3, 9)] }));
  expect(rows.slice(0, 2).map(([cell]) => cell)).toEqual([{ foreign: 'p' }, { foreign: '· p' }]);
});

test('lost events and sampling are said', () => {
  expect(processRows(reported({ lostEvents: 1234 })).join()).toContain('1 234 events lost');
  expect(processRows(reported({ evidence: 'sampled', lostEvents: null })).join()).toContain('sampled');
  expect(JSON.stringify(processTable(reported({ lostEvents: 5 })).rows)).toContain('5 events were lost: a lower bound');
});

test('why nothing is reported', () => {
  const blind = { ...quiet, processes: { evidence: 'none', reason: 'the kernel’s trace is for root alone' } as const };
  expect(processRows(blind)).toEqual(['  processes unknown: the kernel’s trace is for root alone']);
  expect(processTable(blind).rows).toEqual([]);
});

test('datagrams that may have stayed on this machine are a row all the same', () => {
  const [first] = reported().processes.processes;
  const payload = { external: { in: 0, out: 0 }, loopback: { in: 0, out: 0 }, unplaced: { in: 1000, out: 99_000 } };
  const alone = reported({ unplacedIsExternal: false, processes: first ? [{ ...first, payload }] : [] });
  expect(processRows(alone)[0]).toMatch(
    /^ {2}processes node crawl\.js --depth… \(101\) +0 B in +0 B out {2}\+ 100 kB unplaced$/,
  );
  const { columns, rows } = processTable(alone);
  expect(columns.map(({ name }) => name)).toContain('unplaced');
  expect(rows[0]).toContain('100 000 B');
  expect(rows.every((cells) => cells.length === columns.length)).toBe(true);
});

test('not asked for, or idle: no lines', () => {
  expect(processRows(quiet)).toEqual([]);
  expect(processRows(reported({ processes: [] }))).toEqual([]);
});

test('sampled, that no connection was seen is said where something has moved', () => {
  const none = { evidence: 'sampled', processes: [] } as const;
  expect(processRows(reported(none))).toEqual([
    '  processes none seen: their sockets are sampled; as root Linux 6.3 counts each',
  ]);
  expect(processRows({ ...reported(none), traffic: quiet.traffic })).toEqual([]);
  expect(processRows(reported({ processes: [] }))).toEqual([]);
});
