import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';

describePrivileged('installed without the package that speaks with libc', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    for (const name of ['bin', 'dist', 'package.json'])
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runToEnd(process.execPath, [join(folder, 'bin/netmeter.js'), ...words], { env: { ...process.env, ...env } });

  test("a report by one's own rights is written", async () => {
    const { status, stderr } = await run([
      '-q',
      '--isolation',
      'host',
      '--report',
      join(folder, 'a.json'),
      '--',
      'true',
    ]);
    expect(status, stderr).toBe(0);
    expect(statSync(join(folder, 'a.json')).isFile()).toBe(true);
  });

  test("one by another account's is refused with the cure", async () => {
    const words = ['-q', '--isolation', 'host', '--report', join(folder, 'b.json'), '--', 'true'];
    const { status, stderr } = await run(words, { SUDO_UID: '4242', SUDO_GID: '4242' });
    expect(status).toBe(125);
    expect(stderr).toMatch(/b\.json cannot be written: koffi has no binary[^\n]*\n {2}Install netmeter with/);
  });

  test('a watch file is not locked, which is said', async () => {
    const { status, stderr } = await run(['watch', '-q', '--for', '0', '--out', join(folder, 'w.ndjson')]);
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/w\.ndjson could not be locked \(koffi has no binary/);
  });
});
