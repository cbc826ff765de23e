import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseStat, readProcesses } from '../../src/isolation/read-processes.js';

const stat = (name: string, state = 'S', parent = 41, flags = 0x400000) =>
  `42 (${name}) ${state} ${parent} 42 42 0 -1 ${flags} 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 200 18446744073709551615\n`;

test('a process has a parent and a start', () => {
  expect(parseStat(42, stat('sleep'))).toEqual({ pid: 42, parent: 41, startedAt: 987_654 });
});

test('whatever its program is called', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 15 }), (name) => {
      expect(parseStat(42, stat(name))).toEqual({ pid: 42, parent: 41, startedAt: 987_654 });
    }),
  );
});

test.each([
  ['a zombie', stat('sh', 'Z')],
  ['one that is being taken away', stat('sh', 'X')],
  ['a thread of the kernel’s', stat('kworker/0:1', 'I', 2, 0x4208060)],
  ['one that is gone', ''],
  ['a text that was cut', '42 (sh) S 41 42'],
])('%s is none', (_, text) => {
  expect(parseStat(42, text)).toBeUndefined();
});

test('the kernel’s own list has us and our parent, and a child only while it lives', () => {
  const pids = () => readProcesses().map(({ pid }) => pid);
  expect(pids()).toContain(process.pid);
  const { pid } = spawnSync('true');
  expect(pids()).not.toContain(pid);
});
