import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ended, ROOT, runToEnd } from '../netmeter.js';

/** What the script needs, and what an emulated machine does that is sent words: it runs the command, and writes how it ended. */
const STUBS = {
  depmod: ':',
  modprobe: ':',
  busybox: ':',
  cpio: 'cat >/dev/null',
  'qemu-system-x86_64': `
    share=$(printf '%s\\n' "$@" | sed -n 's/^local,path=\\(.*\\),mount_tag=share,.*/\\1/p')
    sh "$share/command" && echo 0 >"$share/status" || echo $? >"$share/status"`,
} as const;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  for (const each of ['bin', 'left', 'root/boot', 'root/lib/modules/9.9'])
    mkdirSync(join(folder, each), { recursive: true });
  writeFileSync(join(folder, 'root/boot/vmlinuz-9.9'), '');
  for (const [name, lines] of Object.entries(STUBS)) stub(name, lines);
});
afterEach(() => rmSync(folder, { recursive: true }));

function stub(name: string, lines: string): void {
  const file = join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${lines}\n`);
  chmodSync(file, 0o755);
}

function underAnotherKernel(script: string): Promise<Ended> {
  const words = [join(folder, 'root'), 'sh', '-c', script];
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, TMPDIR: join(folder, 'left') };
  return runToEnd(join(ROOT, 'test/kernels/run.sh'), words, { env });
}

test.each([0, 3])(
  'a command that ends with %i under another kernel: so does the script, and leaves nothing',
  async (status) => {
    const { stdout, stderr, ...ended } = await underAnotherKernel(`echo "it's here"; exit ${status}`);
    expect({ stdout, stderr, ...ended }).toEqual({ stdout: "it's here\n", stderr: '', status, signal: null });
    expect(readdirSync(join(folder, 'left'))).toEqual([]);
  },
);

test('a machine that ends before the command: that is said, and nothing is left', async () => {
  stub('qemu-system-x86_64', 'exit 1');
  const { status, stderr } = await underAnotherKernel('true');
  expect({ status, stderr }).toEqual({ status: 1, stderr: 'the emulated machine ended before the command\n' });
  expect(readdirSync(join(folder, 'left'))).toEqual([]);
});
