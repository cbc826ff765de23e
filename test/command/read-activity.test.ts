import { memfs } from 'memfs';
import { expect, test } from 'vitest';
import { readActivity } from '../../src/command/read-activity.js';

/** Fields of /proc/PID/task/TID/stat up to stime; the name holds what a name may hold. */
const stat = (tid: number, state: string, user = 0, system = 0) =>
  `${tid} (a) b) ${state} 1 1 1 0 -1 4194304 0 0 0 0 ${user} ${system} 0 0 20 0 1 0 500\n`;

const look = (files: Record<string, string>, pids: readonly number[]) => {
  const { fs } = memfs(files);
  const read = (file: string) => String(fs.readFileSync(file));
  return readActivity(pids, { list: (folder) => fs.readdirSync(folder).map(String), read });
};

test('the time of all threads, in nanoseconds where the kernel keeps them', () => {
  const files = {
    '/proc/7/task/7/stat': stat(7, 'S', 3, 4),
    '/proc/7/task/7/schedstat': '5000000 120 9\n',
    '/proc/7/task/8/stat': stat(8, 'S'),
    '/proc/7/task/8/schedstat': '70 1 1\n',
    '/proc/9/task/9/stat': stat(9, 'S', 3, 4),
  };
  expect(look(files, [7, 9])).toEqual({ processes: 2, busy: false, cpu: 5_000_070 + 7 });
});

test.each([
  ['one that runs or wants to', 'R', true],
  ['one that waits for a disk', 'D', true],
  ['one that waits for something else', 'S', false],
  ['one that was stopped', 'T', false],
])('a thread beside a sleeping one: %s', (_, state, busy) => {
  const files = { '/proc/7/task/7/stat': stat(7, 'S'), '/proc/7/task/8/stat': stat(8, state) };
  expect(look(files, [7])).toMatchObject({ processes: 1, busy });
});

test.each([
  ['gone', {}],
  ['a zombie', { '/proc/7/task/7/stat': stat(7, 'Z') }],
  ['gone meanwhile', { '/proc/7/task/7/other': '' }],
])('%s: no process', (_, files) => {
  expect(look(files, [7])).toEqual({ processes: 0, busy: false, cpu: 0 });
});
