import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { holderScript } from '../../../src/isolation/tools/holders/holder.js';
import { ROOT } from '../../netmeter.js';

test.each(['offline', 'user-mode', 'join'] as const)('the script of the holder %s is a shell’s, and packed', (name) => {
  const file = holderScript(name);
  expect(spawnSync('sh', ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  const source = readFileSync(`${ROOT}src/isolation/scripts/${basename(file)}`, 'utf8');
  expect(readFileSync(file, 'utf8')).toBe(source);
});
