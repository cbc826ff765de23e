import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Holder } from '../../../../src/isolation/tools/holders/holder.js';

const failed = (complaints: string) => new Error(`failed: ${complaints}`);
const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function holder(text: string, env = {}): Holder {
  const script = join(folder, 'holder.sh');
  writeFileSync(script, `exec <&3 >&3 3<&-\n${text}`);
  return new Holder([], '/bin/sh', { script, env });
}

test('it says what it has done, hears what is said to it, and its network namespace is known', async () => {
  await using held = holder('echo first; read -r word; echo "$word $MORE"; read -r end', { MORE: 'heard' });
  await held.says('first', failed);
  held.send('was');
  await held.says('was heard', failed);
  expect(held.identity).toMatch(/^net:\[\d+\]$/);
});

test('where it ends before that its complaints say why', async () => {
  await using held = holder('echo no; echo "it cannot" >&2');
  await expect(held.says('ready', failed)).rejects.toThrow('failed: no; it cannot');
});

test('what cannot be started at all is an error', () => {
  expect(() => new Holder([], '/nonexistent', { script: '', env: {} })).toThrow('/nonexistent could not be started');
});

test('one that somebody has stopped is not waited for, and ended', async () => {
  const held = holder('echo up; read -r end');
  await held.says('up', failed);
  process.kill(held.pid, 'SIGSTOP');
  await expect.poll(() => readFileSync(`/proc/${held.pid}/stat`, 'latin1')).toMatch(/\) T /);
  await expect(held.says('ready', failed, 50)).rejects.toThrow('failed: no answer in 0.05 s');
  await held[Symbol.asyncDispose]();
  expect(existsSync(`/proc/${held.pid}`)).toBe(false);
});
