import { pid as ownPid } from 'node:process';
import { expect, test } from 'vitest';
import { sharersOf } from '../../../src/isolation/machine/sharers.js';

const failure = (code: string) => Object.assign(new Error(code), { code });

/** Processes by pid, each with its namespace or the error of looking for it. */
const machine = (processes: Readonly<Record<number, string>>) => ({
  list: () =>
    Object.keys(processes)
      .filter((pid) => processes[Number(pid)] !== 'hidden')
      .map((pid) => ({ pid: Number(pid) })),
  link: (file: string) => {
    const found = processes[Number(file.split('/')[2])] ?? 'ENOENT';
    if (!found.startsWith('net:')) throw failure(found);
    return found;
  },
});

test.each([
  ['alone', { 7: 'net:[1]', 8: 'net:[2]' }, 0],
  ['with two', { 7: 'net:[1]', 8: 'net:[1]', 9: 'net:[1]' }, 2],
  ['netmeter itself is none', { 7: 'net:[1]', [ownPid]: 'net:[1]' }, 0],
  ['one that has just ended is none', { 7: 'net:[1]', 8: 'ENOENT', 9: 'ESRCH' }, 0],
  ['one that may not be looked into: unknown, not 0', { 7: 'net:[1]', 8: 'EACCES' }, null],
  ['may not be looked into itself', { 7: 'EACCES' }, null],
  ['gone itself', {}, null],
  ['where others are hidden: unknown, not 0', { 1: 'hidden', 7: 'net:[1]' }, null],
])('%s', (_, processes, count) => {
  expect(sharersOf(7, machine({ 1: 'net:[2]', ...processes }))).toBe(count);
});
