import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { networkOf } from '../../src/isolation/machine/members/namespace-members.js';
import { RunMembers } from '../../src/isolation/machine/members/run-members.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';

const namespaceOf = (pid: number | undefined) => readlinkSync(`/proc/${pid}/ns/net`);

describePrivileged('of a run are ended', () => {
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

  test('who is only on the way into its namespace is not over', async () => {
    const holder = await unshared(['sleep', '1000']);
    const [place, pid] = [networkOf(holder.child.pid ?? 0), holder.child.pid ?? 0];
    const members = new RunMembers(
      `test-${process.pid}-entering`,
      () => place,
      () => [pid],
    );
    // A look that is earlier than the command.
    expect(members.inside()).toEqual([]);
    const inside = spawn('nsenter', [`--net=/proc/${pid}/ns/net`, 'sleep', '1000'], { stdio: 'ignore' });
    children.push(inside);
    await expect.poll(() => networkOf(inside.pid ?? 0)).toBe(place);
    expect(members.inside()).toEqual([inside.pid]);
    const ended = once(inside, 'exit');
    await members.end();
    await ended;
    expect(members.inside()).toEqual([]);
  });

  test('who lives in its namespace, and who has left that and is in the middle of an exec', async () => {
    const holder = await unshared(['sleep', '1000']);
    const namespace = networkOf(holder.child.pid ?? 0);
    for (let round = 0; round < 60; round++) {
      const run = `test-${process.pid}-left-${round}`;
      const members = new RunMembers(
        run,
        () => namespace,
        () => [holder.child.pid ?? 0],
      );
      expect(members.areGone).toBe(true);
      // At one look in thirty it shows no environment.
      const left = await unshared(['/bin/sh', join(folder, 'again.sh')], { NETMETER_RUN: run });
      const inside = spawn('nsenter', [`--net=/proc/${holder.child.pid}/ns/net`, 'sleep', '1000'], { stdio: 'ignore' });
      children.push(inside);
      const ended = [left.ended, once(inside, 'exit')];
      await expect.poll(() => readFileSync(`/proc/${left.child.pid}/cmdline`, 'latin1')).not.toContain('unshare');
      await expect.poll(() => networkOf(inside.pid ?? 0)).toBe(namespace);
      expect(members.areGone).toBe(false);
      await members.end();
      expect(await Promise.all(ended), `round ${round}`).toEqual([
        [null, 'SIGKILL'],
        [null, 'SIGKILL'],
      ]);
    }
    expect(networkOf(holder.child.pid ?? 0)).toBe(namespace);
  });
});
