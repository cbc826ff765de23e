import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { END_MEMBERS, HOLD_NAMESPACE } from '../../src/isolation/scripts/end-members-script.js';
import { lookFor } from '../../src/isolation/tools/find-tools.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';

const namespaceOf = (pid: number | undefined) => readlinkSync(`/proc/${pid}/ns/net`);

describePrivileged('the guardian of a namespace ends', () => {
  const children: ChildProcess[] = [];
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    writeFileSync(join(folder, 'again.sh'), 'exec /bin/sh "$0"\n');
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A process in a network namespace of its own. */
  async function unshared(command: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const child = spawn('/usr/bin/unshare', ['--net', ...command], { env, stdio: 'ignore' });
    children.push(child);
    const own = namespaceOf(process.pid);
    await expect.poll(() => namespaceOf(child.pid) !== own).toBe(true);
    return { child, ended: once(child, 'exit') };
  }

  test('who has left it and is in the middle of an exec', async () => {
    for (let round = 0; round < 60; round++) {
      const run = `test-${process.pid}-left-${round}`;
      const holder = await unshared(['sleep', '1000']);
      const script = `${HOLD_NAMESPACE}${END_MEMBERS}holder=${holder.child.pid} held=; hold && echo held && { read -r end; end_members; }`;
      const guardian = spawn('sh', ['-c', script], { env: { GREP: lookFor('grep'), RUN: run }, stdio: 'pipe' });
      await once(guardian.stdout, 'data');
      // At one look in thirty it shows no environment.
      const { child, ended } = await unshared(['/bin/sh', join(folder, 'again.sh')], { NETMETER_RUN: run });
      await expect.poll(() => readFileSync(`/proc/${child.pid}/cmdline`, 'latin1')).not.toContain('unshare');
      // Nobody is left inside: what is to be found is found by its mark alone.
      holder.child.kill('SIGKILL');
      await holder.ended;
      guardian.stdin.end();
      await once(guardian, 'exit');
      expect(await ended, `round ${round}`).toEqual([null, 'SIGKILL']);
    }
  });
});
