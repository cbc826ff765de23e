import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { NETMETER, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';

const hasStrace = spawnSync('sh', ['-c', 'command -v strace']).status === 0;
if (!hasStrace) console.log('skipped: which programs a run executes; not installed: strace');

/** Wherever it is. */
const SHELL = 'sh';

describePrivileged('a run executes the command and its guardian’s shell, and no other program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The files that were executed, sorted: of two that start one after the other strace may hear in the other order. */
  async function executed(...words: readonly string[]): Promise<string[]> {
    const file = join(folder, 'calls');
    const argv = ['-f', '-qq', '-e', 'trace=execve', '-o', file, process.execPath, NETMETER];
    const { status, stderr } = await runToEnd('strace', [...argv, ...words]);
    expect(status, stderr).toBe(0);
    // Of the shell that is killed right after its start strace hears no result.
    const names = [...readFileSync(file, 'utf8').matchAll(/execve\("([^"]+)"(?!.*= -1)/g)].map(([, name = '']) => name);
    return names.map((name) => (name.endsWith('/sh') ? SHELL : name)).sort();
  }

  test.runIf(hasStrace).each([
    ['veth', []],
    ['in place', ['--in-place']],
    ['offline', ['--isolation', 'offline']],
  ])('%s', async (_, where) => {
    const files = await executed('-q', ...where, '--', '/bin/echo');
    expect(files).toEqual(['/bin/echo', process.execPath, SHELL].sort());
  });

  test.runIf(hasStrace).each([
    ['veth', []],
    ['in place', ['--in-place']],
  ])('%s reads no list that takes a router’s kernel seconds', async (_, where) => {
    const file = join(folder, 'opened');
    const argv = ['-f', '-qq', '-e', 'trace=openat', '-o', file, process.execPath, NETMETER];
    const { status, stderr } = await runToEnd('strace', [...argv, '-q', ...where, '--', '/bin/echo']);
    expect(status, stderr).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('/proc/net/if_inet6');
    expect(readFileSync(file, 'utf8')).not.toContain('fib_trie');
  });

  test.runIf(hasStrace).each(['veth', 'offline'])('a port of the host in %s takes one more netmeter', async (kind) => {
    const files = await executed('-q', '--isolation', kind, '--host-port', '7412', '--', '/bin/echo');
    expect(files).toEqual(['/bin/echo', process.execPath, process.execPath, SHELL].sort());
  });
});
