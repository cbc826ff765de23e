import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { whoLeft } from '../../../src/run/attached/adopt-sockets.js';

test('who is in another group is said of the living alone: a process that has ended meanwhile is in none', () => {
  const { pid: ended } = spawnSync('true');
  const [here, parent] = [process.pid, process.ppid];
  expect(whoLeft(new Set([ended, here, parent]), [parent])).toEqual([here]);
});
