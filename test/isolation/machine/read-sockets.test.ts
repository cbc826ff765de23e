import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { socketsOf } from '../../../src/isolation/machine/read-sockets.js';

const failure = (code: string) => Object.assign(new Error(code), { code });

/** Descriptors by pid, each with its target or the error of looking at it. */
const machine = (processes: Readonly<Record<number, Readonly<Record<string, string>> | string>>) => {
  const of = (file: string) => processes[Number(file.split('/')[2])] ?? 'ENOENT';
  return {
    list: (folder: string) => {
      const found = of(folder);
      if (typeof found === 'string') throw failure(found);
      return Object.keys(found);
    },
    link: (file: string) => {
      const found = of(file);
      const target = typeof found === 'string' ? found : (found[file.split('/')[4] ?? ''] ?? 'ENOENT');
      if (/^E[A-Z]+$/.test(target)) throw failure(target);
      return target;
    },
  };
};

test.each([
  [
    'sockets alone, of all',
    { 7: { 0: '/dev/null', 3: 'socket:[11]' }, 8: { 4: 'socket:[12]', 5: 'pipe:[13]' } },
    ['11', '12'],
  ],
  ['a process that has gone has none', { 7: { 3: 'socket:[11]' } }, ['11']],
  ['a descriptor that was closed meanwhile', { 7: { 3: 'ENOENT', 4: 'socket:[11]' }, 8: {} }, ['11']],
])('%s', (_, processes, inodes) => {
  expect(socketsOf([7, 8], machine(processes))).toEqual(new Set(inodes));
});

test.each(['EACCES', 'EPERM'])('one that may not be looked into (%s): unknown, not none', (code) => {
  expect(socketsOf([7, 8], machine({ 7: { 3: 'socket:[11]' }, 8: code }))).toBeUndefined();
});

test('our own', async () => {
  const count = () => socketsOf([process.pid])?.size ?? Number.NaN;
  const before = count();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const after = count();
  server.close();
  expect(after).toBe(before + 1);
});
