import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readCaller } from '../../src/privileged/read-caller.js';

const STATUS =
  'Name:\tnode\nUid:\t1000\t1000\t1000\t1000\nGid:\t100\t100\t100\t100\nGroups:\t4 27 1000 \nNoNewPrivs:\t0\n';
const read = (file: string) => (file === '/proc/42/status' ? STATUS : readFileSync(file, 'latin1'));

test('the caller is who the kernel says', () => {
  expect(readCaller('/proc/42/fd/7', '1000', read)).toEqual({ pid: 42, uid: 1000, gid: 100, groups: [4, 27, 1000] });
  expect(readCaller('/proc/42/fd/7', undefined, read)).toMatchObject({ uid: 1000 });
  expect(readCaller(`/proc/${process.pid}/fd/0`, undefined)).toMatchObject({ uid: process.getuid?.() });
});

test.each([
  ['another user’s process', '/proc/42/fd/7', '1001'],
  ['a process that has gone', '/proc/43/fd/7', '1000'],
  ['a file', '/tmp/socket', '1000'],
  ['a way around', '/proc/42/fd/../../1/fd/3', '1000'],
  ['a way around its status', '/proc/1/root/proc/42/fd/7', '1000'],
])('%s is no caller', (_, path, uid) => {
  expect(() => readCaller(path, uid, read)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});
