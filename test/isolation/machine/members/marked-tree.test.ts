import { pid as ownPid } from 'node:process';
import { expect, test } from 'vitest';
import { MarkedTree } from '../../../../src/isolation/machine/members/marked-tree.js';

type Row = [pid: number, parent: number, startedAt: number, environment: string | undefined];
const MARK = 'A=1\0NETMETER_RUN=r\0B=2\0';

function tree(rows: () => readonly Row[], pause = () => {}) {
  const own: Row = [ownPid, 1, 100, ''];
  const all = () => [own, ...rows()];
  return new MarkedTree('r', {
    list: () => all().map(([pid, parent, startedAt]) => ({ pid, parent, startedAt })),
    environment: (wanted) => all().find(([pid]) => pid === wanted)?.[3],
    pause,
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

test('who is in the middle of an exec is waited for, where it could be the last', () => {
  const rows: Row[] = [
    [9001, 1, 101, undefined],
    [9002, 1, 102, ''],
  ];
  let pauses = 0;
  const marked = tree(
    () => rows,
    () => {
      if (++pauses === 3) rows[0] = [9001, 1, 101, MARK];
    },
  );
  expect(marked.members()).toEqual([9001]);
  expect(pauses).toBe(3);
  // One that belonged before needs no second look.
  rows[0] = [9001, 1, 101, undefined];
  expect(marked.members()).toEqual([9001]);
  expect(pauses).toBe(3);
});

test('who never gets an environment is not waited for without end', () => {
  const pauses: undefined[] = [];
  expect(
    tree(
      () => [[9001, 1, 101, undefined]],
      () => pauses.push(undefined),
    ).members(),
  ).toEqual([]);
  expect(pauses).toHaveLength(19);
});
