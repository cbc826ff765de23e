import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { Descriptors } from '../../../src/evidence/bypasses/descriptors.js';

/** Descriptors by pid; each process takes a millisecond to look into. */
const machine = (processes: Readonly<Record<number, Readonly<Record<string, string>>>>) => {
  let now = 0;
  return {
    list: (folder: string) => {
      now += 1;
      const found = processes[Number(folder.split('/')[2])];
      if (!found) throw new Error('ENOENT');
      return Object.keys(found);
    },
    link: (file: string) => {
      const [, , pid, , descriptor = ''] = file.split('/');
      const target = processes[Number(pid)]?.[descriptor];
      if (target === undefined || target === 'gone') throw new Error('ENOENT');
      return target;
    },
    now: () => now,
  };
};

test.each([
  [
    'sockets alone',
    { 7: { 0: '/dev/null', 3: 'socket:[11]' }, 8: { 4: 'socket:[12]', 5: 'pipe:[13]' } },
    { 11: 7, 12: 8 },
  ],
  ['a shared one is the first process’', { 7: { 3: 'socket:[11]' }, 8: { 3: 'socket:[11]' } }, { 11: 7 }],
  ['a process that has gone', { 8: { 3: 'socket:[11]' } }, { 11: 8 }],
  ['a descriptor that was closed meanwhile', { 7: { 3: 'gone', 4: 'socket:[12]' }, 8: {} }, { 12: 7 }],
])('%s', (_, processes, owners) => {
  const look = new Descriptors(machine(processes)).look([7, 8], 100);
  expect(Object.fromEntries(look.owners)).toEqual(owners);
  expect(look.complete).toBe(true);
});

test('a tree too big for one look is gone through over several', () => {
  const pids = [1, 2, 3, 4, 5];
  const descriptors = new Descriptors(machine(Object.fromEntries(pids.map((pid) => [pid, { 3: `socket:[${pid}]` }]))));
  const looks = Array.from({ length: 3 }, () => descriptors.look(pids, 2));
  expect(looks.map(({ owners }) => [...owners.keys()])).toEqual([
    ['1', '2'],
    ['3', '4'],
    ['5', '1'],
  ]);
  expect(looks.every(({ complete }) => !complete)).toBe(true);
  expect(descriptors.look([], 2)).toEqual({ owners: new Map(), complete: true });
});

test('our own', async () => {
  const count = () => new Descriptors().look([process.pid], 1000).owners.size;
  const before = count();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const after = count();
  server.close();
  expect(after).toBe(before + 1);
});
