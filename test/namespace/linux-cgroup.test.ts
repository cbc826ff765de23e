import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Cgroup } from '../../src/linux/cgroup/cgroup.js';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import { prepareMove } from '../../src/linux/cgroup/move-self.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';

const home = CgroupHierarchy.open()?.folderOf('self') ?? '';
const folder = `${home}/netmeter-test-${process.pid}`;

/** Starts a shell inside. */
const start = (group: Cgroup, script: string): ChildProcess =>
  group.around(home, () => spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] }));

const said = async (child: ChildProcess) => `${(await once(child.stdout ?? child, 'data'))[0]}`.trim();

describePrivileged('a control group', () => {
  test('children are started inside, and this process is where it was', async () => {
    await using group = Cgroup.make(folder);
    await prepareMove(home);
    const own = readFileSync('/proc/self/cgroup', 'latin1');
    const child = start(group, 'echo "$(cat /proc/$$/cgroup)"; read end');
    expect(await said(child)).toContain(folder.slice(folder.lastIndexOf('/')));
    expect(group.members()).toEqual([child.pid]);
    expect(CgroupHierarchy.open()?.folderOf(child.pid ?? 0)).toBe(folder);
    expect(readFileSync('/proc/self/cgroup', 'latin1')).toBe(own);
    child.stdin?.end('\n');
    await group.whenEmpty();
    expect(group.isPopulated).toBe(false);
  });

  test('its end is heard of when the last process goes, wherever its parent is', async () => {
    await using group = Cgroup.make(folder);
    const child = start(group, 'exec 3<&0; setsid sh -c "echo up; read end <&3" & exit');
    await said(child);
    let isEmpty = false;
    const empty = group.whenEmpty().then(() => {
      isEmpty = true;
    });
    expect(isEmpty).toBe(false);
    child.stdin?.end('\n');
    await empty;
    expect(group.members()).toEqual([]);
  });

  test('waiting is cut short by a signal', async () => {
    await using group = Cgroup.make(folder);
    const child = start(group, 'echo up; read end');
    await said(child);
    await group.whenEmpty(AbortSignal.abort());
    expect(group.isPopulated).toBe(true);
  });

  test('all is ended and removed, groups that the job has made too', async () => {
    {
      await using group = Cgroup.make(folder);
      const child = start(
        group,
        `mkdir -p ${folder}/a/b && echo 0 >${folder}/a/b/cgroup.procs && echo up; exec sleep 1000.5`,
      );
      expect(await said(child)).toBe('up');
      expect(group.members()).toEqual([child.pid]);
      expect(group.isPopulated).toBe(true);
    }
    expect(existsSync(folder)).toBe(false);
  });

  test('its CPU time holds that of processes which nobody waited for', async () => {
    await using group = Cgroup.make(folder);
    const child = start(group, '(i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done) & exit');
    await once(child, 'exit');
    await group.whenEmpty();
    expect(group.cpu?.userMs).toBeGreaterThan(20);
  });

  test('where there can be none the reason is reported', () => {
    expect(() => Cgroup.make('/sys/fs/cgroup/no/such')).toThrow('ENOENT');
    expect(spawnSync('true').status).toBe(0);
  });
});
