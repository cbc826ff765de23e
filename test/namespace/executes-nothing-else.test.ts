import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { NETMETER, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';

const hasStrace = spawnSync('sh', ['-c', 'command -v strace']).status === 0;
if (!hasStrace) console.log('skipped: which programs a run executes; not installed: strace');

describePrivileged('a run executes the command and its guardian’s shell, and no other program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The files that were executed, in their order. */
  async function executed(...words: readonly string[]): Promise<string[]> {
    const file = join(folder, 'calls');
    const argv = ['-f', '-qq', '-e', 'trace=execve', '-e', 'status=successful', '-o', file, process.execPath, NETMETER];
    const { status, stderr } = await runToEnd('strace', [...argv, ...words]);
    expect(status, stderr).toBe(0);
    return [...readFileSync(file, 'utf8').matchAll(/execve\("([^"]+)"/g)].map(([, name = '']) => name);
  }

  test.runIf(hasStrace).each([
    ['veth', []],
    ['in place', ['--in-place']],
  ])('%s', async (_, where) => {
    const files = await executed('-q', ...where, '--', '/bin/echo');
    expect(files).toEqual([process.execPath, expect.stringMatching(/\/sh$/), '/bin/echo']);
  });
});
