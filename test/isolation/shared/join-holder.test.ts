import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readProcesses } from '../../../src/isolation/machine/read-processes.js';
import { holdJoined } from '../../../src/isolation/shared/join-holder.js';

test('a process that somebody has stopped on its way into a namespace is not left behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  const nsenter = join(folder, 'nsenter');
  writeFileSync(nsenter, '#!/bin/sh\nkill -STOP $$\n');
  chmodSync(nsenter, 0o755);
  const tools = { nsenter, unshare: '/bin/false', mount: '/bin/false', umount: '/bin/false', sh: '/bin/sh' };
  const joined = holdJoined(tools, { file: '/proc/self/ns/net' });
  await expect(joined).rejects.toThrow('was stopped by a signal');
  const left = readProcesses().filter(({ pid, parent }) => parent === process.pid && commandOf(pid).includes(nsenter));
  expect(left).toEqual([]);
  rmSync(folder, { recursive: true });
});

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
