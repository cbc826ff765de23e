import { pid as ownPid } from 'node:process';
import { expect, test } from 'vitest';
import { MarkedTree } from '../../src/isolation/marked-tree.js';
import { parseStat } from '../../src/isolation/read-processes.js';

type Row = [pid: number, parent: number, startedAt: number, environment: string];
const MARK = 'A=1\0NETMETER_RUN=r\0B=2\0';

function tree(rows: () => readonly Row[]) {
  const own: Row = [ownPid, 1, 100, ''];
  const all = () => [own, ...rows()];
  return new MarkedTree('r', {
    list: () => all().map(([pid, parent, startedAt]) => ({ pid, parent, startedAt })),
    environment: (wanted) => all().find(([pid]) => pid === wanted)?.[3] ?? '',
  });
}

test('the marked, their descendants, and nobody else', () => {
  const rows: Row[] = [
    [9001, ownPid, 101, MARK],
    [9002, 9001, 102, ''],
    [9003, 9002, 103, ''],
    [9004, 1, 104, MARK],
    [9005, 1, 105, 'NETMETER_RUN=r2\0'],
    [9006, 1, 106, 'X_NETMETER_RUN=r\0'],
    [9007, 1, 50, MARK],
  ];
  expect(tree(() => rows).members()).toEqual([9001, 9004, 9002, 9003]);
});

test('who belonged once belongs on, although its parent and its mark are gone', () => {
  let rows: Row[] = [
    [9001, ownPid, 101, MARK],
    [9002, 9001, 102, ''],
  ];
  const marked = tree(() => rows);
  expect(marked.members()).toEqual([9001, 9002]);
  rows = [[9002, 1, 102, '']];
  expect(marked.members()).toEqual([9002]);
  // A later process of the same number is somebody else.
  rows = [[9002, 1, 900, '']];
  expect(marked.members()).toEqual([]);
});

const stat = (state: string, name = 'sh') => `7 (${name}) ${state} 3 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0\n`;

test.each([
  ['a process', stat('S'), { pid: 7, parent: 3, startedAt: 4711 }],
  ['a name with brackets and spaces', stat('R', 'a) S 9 (b'), { pid: 7, parent: 3, startedAt: 4711 }],
  ['a zombie', stat('Z'), undefined],
  ['nothing', '', undefined],
])('stat of %s', (_, text, found) => {
  expect(parseStat(7, text)).toEqual(found);
});
