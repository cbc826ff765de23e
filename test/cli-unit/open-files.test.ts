import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { originalOpenFiles } from '../../src/cli/open-files.js';
import { once } from '../wait.js';

test('the soft limit of a parent that has less is found', async () => {
  const parent = spawn('sh', ['-c', 'ulimit -Sn 77 && echo set && exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(parent.stdout, 'data');
  expect(originalOpenFiles(parent.pid ?? 0)).toBe(77);
  parent.stdin.end();
});

test('our own is nothing to go back to', () => {
  expect(originalOpenFiles(process.pid)).toBeUndefined();
});

test('neither is that of a process that does not exist', () => {
  expect(originalOpenFiles(2 ** 30)).toBeUndefined();
});
