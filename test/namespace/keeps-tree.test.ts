import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import { NETMETER, netmeter } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once, until } from '../wait.js';

const KINDS = [['veth'], ['host'], ['offline']] as const;
const inKind = (kind: string) => ['--isolation', kind, ...(kind === 'host' ? ['--baseline-idle', '0'] : [])];

/** Nobody else's. */
const USER = 64_997;

/** Of processes that outlive their run, if they can. */
const SLEEP = `sleep 1000.${process.pid}`;

/** Nothing of a run is there any more: neither its control group nor who was in it. */
async function expectGone(group: string) {
  const sleepers = () =>
    readdirSync('/proc').filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1') === `${SLEEP.replace(' ', '\0')}\0`;
      } catch {
        return false;
      }
    });
  await expect.poll(() => [...sleepers(), existsSync(group)]).toEqual([false]);
}

/** What says `said` of /proc/self/cgroup as a folder. */
const folderOf = (said: string) => `${CgroupHierarchy.open()?.folderOf('self')}/${/netmeter-\d+-\w+/.exec(said)?.[0]}`;

async function measured(kind: string, script: string, options: readonly string[] = []) {
  const words = ['--report', '-', ...inKind(kind), ...options, '--', 'sh', '-c', script];
  const { stdout, stderr } = await netmeter(words);
  const start = stdout.indexOf('{\n');
  return { said: stdout.slice(0, start), report: JSON.parse(stdout.slice(start)), stderr };
}

describePrivileged('the command’s tree has a control group of its own', () => {
  describe.each(KINDS)('in %s', (kind) => {
    test('below netmeter’s own, from the first instruction', async () => {
      const { said } = await measured(kind, 'grep ^0:: /proc/self/cgroup');
      expect(said).toMatch(/^0::.*\/netmeter-\d+-\w+\n$/);
      await expectGone(folderOf(said));
    });

    test('CPU time is the whole tree’s, of a daemon too', async () => {
      const burn = 'i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done';
      const { report } = await measured(kind, `setsid sh -c '${burn}' >/dev/null 2>&1 & exit`);
      expect(report.command.cpu.userMs).toBeGreaterThan(40);
    });

    test('groups that the job makes are part of it, and removed after SIGKILL', async () => {
      const script = `group=${CgroupHierarchy.open()?.folderOf('self')}/$(grep -o 'netmeter-[0-9].*' /proc/self/cgroup | tail -n 1)
        mkdir -p $group/a/b && setsid sh -c "echo 0 >$group/a/b/cgroup.procs; echo $group; exec ${SLEEP}" & exec ${SLEEP}`;
      const child = spawn(process.execPath, [NETMETER, '-q', ...inKind(kind), '--', 'sh', '-c', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = once(child, 'exit');
      const [said] = await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await gone;
      await expectGone(folderOf(`${said}`));
    });

    test('whoever moves out of it is named, waited for, and ended with the rest', async () => {
      const leave = `echo 0 >${CgroupHierarchy.open()?.folderOf('self')}/cgroup.procs`;
      const script = `cat /proc/self/cgroup
        setsid sh -c '${leave}; exec ${SLEEP}' >/dev/null 2>&1 &
        until grep -q sleep /proc/$!/comm; do sleep 0.02; done`;
      const { said, report } = await measured(kind, script, ['--wait', 'command', '--grace', '0']);
      expect(report.bypasses).toContainEqual(
        expect.objectContaining({ kind: 'left-cgroup', what: CgroupHierarchy.open()?.folderOf('self'), name: 'sleep' }),
      );
      await expectGone(folderOf(said));

      // Time: the run lasts as long as the daemon.
      const { report: daemon } = await measured(kind, `setsid sh -c '${leave}; exec sleep 0.4' >/dev/null 2>&1 &`);
      expect(daemon.command.durationMs).toBeGreaterThan(390);
    });
  });

  test('an ordinary user’s, where a group was given to that user, as systemd does; it goes after SIGKILL, too', async () => {
    const given = `${CgroupHierarchy.open()?.folderOf('self')}/given-${process.pid}`;
    mkdirSync(given);
    try {
      for (const file of [given, `${given}/cgroup.procs`, `${given}/cgroup.subtree_control`])
        chownSync(file, USER, USER);
      const as = ['--reuid', `${USER}`, '--regid', `${USER}`, '--clear-groups', process.execPath, NETMETER, '-q'];
      const job = `cat /proc/self/cgroup; setsid ${SLEEP} >/dev/null 2>&1 & read -r end; kill $!`;
      const words = [...as, ...inKind('host'), '--', 'sh', '-c', job];
      const start = async () => {
        const script = 'echo 0 >"$0/cgroup.procs"; exec setpriv "$@"';
        const child = spawn('sh', ['-c', script, given, ...words], { cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
        const gone = once(child, 'exit');
        const [said] = await once(child.stdout, 'data');
        const [name = ''] = /netmeter-\d+-\w+/.exec(`${said}`) ?? [];
        expect(readdirSync(given)).toContain(name);
        return { child, gone, group: `${given}/${name}` };
      };
      const ended = await start();
      ended.child.stdin.end('\n');
      await ended.gone;
      await expectGone(ended.group);
      const killed = await start();
      killed.child.kill('SIGKILL');
      await killed.gone;
      await expectGone(killed.group);
    } finally {
      await until('the group is empty', () => !readFileSync(`${given}/cgroup.events`, 'utf8').includes('populated 1'));
      rmdirSync(given);
    }
  });
});
