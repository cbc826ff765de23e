import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isStarting,
  parseStat,
  readEnvironment,
  readProcesses,
} from '../../../src/isolation/machine/read-processes.js';

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

const memory = (start: number, end: number, flags = 0x400000, state = 'R') =>
  `42 (a ) b) ${state} 41 42 42 0 -1 ${flags} ${Array(38).fill('7').join(' ')} 4096 4099 ${start} ${end} 0\n`;

test.each([
  ['no environment yet', memory(0, 0), true],
  ['got one meanwhile', memory(4100, 4200), true],
  ['was started with an empty one', memory(4100, 4100), false],
  ['is about to end', memory(0, 0, 0x400004), false],
  ['is a zombie', memory(0, 0, 0x400000, 'Z'), false],
  ['is a thread of the kernel’s', memory(0, 0, 0x208040), false],
  ['is gone', '', false],
])('in the middle of an exec or not: %s', (_, text, expected) => {
  expect(isStarting(text)).toBe(expected);
});

test('our own environment, and that of nobody', () => {
  expect(readEnvironment(process.pid)).toContain('PATH=');
  expect(readEnvironment(0)).toBe('');
});
