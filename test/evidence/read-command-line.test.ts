import { spawn, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readCommandLine } from '../../src/evidence/read-command-line.js';
import { once } from '../wait.js';

test('words are distinguished, empty ones too', async () => {
  const words = ['-c', 'echo ready; read -r end', '', 'two words', ''];
  const child = spawn('sh', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  expect(readCommandLine(child.pid ?? 0)).toEqual(['sh', ...words]);
  child.stdin.end();
  await once(child, 'exit');
});

test('a title in place of the words is one word', async () => {
  const script = "process.title = 'build all'; console.log('ready'); process.stdin.resume();";
  const child = spawn(process.execPath, ['-e', script, ...Array<string>(20).fill('word')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(readCommandLine(child.pid ?? 0)).toEqual(['build all']);
  child.stdin.end();
  await once(child, 'exit');
});

test('a process that is gone has none', () => {
  const { pid } = spawnSync('true');
  expect(readCommandLine(pid)).toBeUndefined();
});
