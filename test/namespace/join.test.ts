import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measured, NETMETER, netmeter, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once, signalUntilGone } from '../wait.js';
import { expectNoTraces, traces } from './leftovers.js';
import { Machine } from './machine.js';

const traffic = (mode: string, address: string, count: number) =>
  `python3 ${program('traffic.py')} ${mode} ${address} 7000 ${count}`;

/** Waits until somebody meters a process: it prints nothing before its end, but its descriptors show it. */
const attached = (pid: string) => {
  const count = `ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c "/proc/${pid}/net/netstat" || true`;
  const metering = () => execFileSync('sh', ['-c', count], { encoding: 'utf8' }).trim();
  return expect.poll(metering).not.toBe('0');
};

describePrivileged('a namespace that was there before', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.build(10);
  });
  afterAll(() => machine?.[Symbol.asyncDispose]());
  const join = () => ['--netns', machine.name, '--baseline-idle', '100ms'];

  test('the command runs in it, and its bytes are counted', async () => {
    const before = await machine.totals();
    const { report, stderr } = await measured(['sh', '-euc', traffic('requests', machine.far4, 50)], join());
    const after = await machine.totals();
    expect(report.command.exit, stderr).toEqual({ kind: 'code', code: 0 });
    expect(report.isolation).toEqual({ kind: 'join', netns: machine.name, devices: ['card0'] });
    expect(report.traffic.external.in.wireOctets).toBe((after['ipv4.in']?.[0] ?? 0) - (before['ipv4.in']?.[0] ?? 0));
    expect(report.method).toMatchObject({ name: 'cgroup', errorBound: { in: 0, out: 0 } });
    expect(report).not.toHaveProperty('contamination');
  });

  test('by the path of its file too', async () => {
    const { stdout } = await netmeter([
      '-q',
      '--netns',
      `/run/netns/${machine.name}`,
      '--baseline-idle',
      '0',
      '--',
      'ip',
      '-o',
      'link',
    ]);
    expect(stdout).toContain('card0');
  });

  test('that of a process, as a container’s, with others at work in it: equal to the byte', async () => {
    const inside = machine.start('sh', ['-c', `echo up; exec ${traffic('udp', machine.nowhere6, 1_000_000_000)}`]);
    try {
      if (inside.stdout) await once(inside.stdout, 'data');
      const options = ['--isolation', 'join', '--netns', `/proc/${inside.pid}/ns/net`];
      const before = await machine.totals();
      const { report, stderr } = await measured(['sh', '-euc', traffic('requests', machine.far4, 50)], options);
      const after = await machine.totals();
      const truth = (way: 'in' | 'out') => (after[`ipv4.${way}`]?.[0] ?? 0) - (before[`ipv4.${way}`]?.[0] ?? 0);
      const { external } = report.traffic;
      expect({ in: external.in.wireOctets, out: external.out.wireOctets }, stderr).toEqual({
        in: truth('in'),
        out: truth('out'),
      });
      expect(report.method.name).toBe('cgroup');
    } finally {
      inside.kill('SIGKILL');
    }
  });

  test('it sees the files of /etc/netns, as ip netns exec shows them', async () => {
    const folder = `/etc/netns/${machine.name}`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/resolv.conf`, 'nameserver 203.0.113.77\n');
    try {
      const { stdout } = await netmeter(['-q', ...join(), '--', 'cat', '/etc/resolv.conf']);
      expect(stdout).toBe('nameserver 203.0.113.77\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('an unknown name is reported, with those that there are', async () => {
    const { status, stderr } = await netmeter(['--netns', 'no-such', '--', 'true']);
    expect(status).toBe(125);
    expect(stderr).toContain(machine.name);
  });

  test.each([
    [['--isolation', 'join', '--', 'true'], '--isolation join needs a namespace to join'],
    [['--isolation', 'veth', '--netns', 'x', '--', 'true'], '--netns and --isolation veth exclude each other'],
  ])('%j is refused with the cure', async (words, message) => {
    const { status, stderr } = await netmeter(words);
    expect(status).toBe(125);
    expect(stderr).toContain(message);
  });

  test('a port of the host can be offered there, and not without asking', async () => {
    const service = spawn('python3', [program('far-end.py'), 'lo', '7511'], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      if (service.stdout) await once(service.stdout, 'data');
      const script = `python3 ${program('traffic.py')} requests 127.0.0.1 7511 2`;
      expect((await netmeter(['-q', ...join(), '--', 'sh', '-c', script])).status).toBe(1);
      expect((await netmeter(['-q', ...join(), '--host-port', '7511', '--', 'sh', '-c', script])).status).toBe(0);
    } finally {
      service.kill('SIGKILL');
    }
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('nothing is left behind after %s', async (signal) => {
    const before = traces();
    const command = ['sh', '-c', 'setsid sleep 1000.5 & echo up; exec sleep 1000.5'];
    const job = spawn(process.execPath, [NETMETER, '-q', ...join(), '--grace', '0', '--', ...command], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(job.stdout, 'data');
    // The command ends of the first; its daemon is waited for until a second.
    await signalUntilGone(job, signal);
    await expectNoTraces(before);
  });

  test('attach meters it read-only, and without rights says who shares it', async () => {
    // It starts to transfer when attach is there already: attach prints nothing before its end, so a file says so.
    const inside = machine.start('sh', ['-c', `echo up; read go; ${traffic('udp', machine.far4, 40)}; read end`]);
    if (inside.stdout) await once(inside.stdout, 'data');
    // ip and setpriv become what they start. The namespace may list one of the test before, whose end is not over.
    const pid = `${inside.pid}`;
    const weak = ['--inh-caps', '-bpf,-sys_admin', '--bounding-set', '-bpf,-sys_admin', '--', process.execPath];
    const metering = runToEnd('setpriv', [
      ...weak,
      NETMETER,
      'attach',
      pid,
      '--report',
      '-',
      '--for',
      '6s',
      '--max-out',
      '1kB',
    ]);
    await attached(pid);
    inside.stdin?.write('go\n');
    const { stdout, stderr, status } = await metering;
    inside.kill('SIGKILL');
    const report = JSON.parse(stdout);
    // What may be others' breaks no limit.
    expect([status, report.contamination.grade, report.budget.verdict], stderr).toEqual([125, 'unknown', 'unmeasured']);
    expect(report.traffic.external.out).toMatchObject({ packets: 40, wireOctets: 40 * 1028 });
    expect(report.command).toMatchObject({ attached: { pid: Number(pid) }, exit: { kind: 'running' } });
    expect(stderr).toContain('sharing');
  });

  test('attach ends with its process', async () => {
    const inside = machine.start('sh', ['-c', 'echo up; read end']);
    if (inside.stdout) await once(inside.stdout, 'data');
    const pid = `${inside.pid}`;
    const metering = runToEnd(process.execPath, [NETMETER, 'attach', pid, '-q', '--report', '-']);
    await attached(pid);
    inside.kill('SIGKILL');
    const { stdout, status } = await metering;
    expect(JSON.parse(stdout).command.exit).toEqual({ kind: 'gone' });
    expect(status).toBe(0);
  });

  test.each([
    ['may not look into others', 0],
    ['may not read of others', 1],
    ['does not see others', 2],
  ])(
    'attach needs no privilege for its own user’s process; one who %s cannot know who shares it',
    async (_, hidepid) => {
      const as = ['setpriv', '--reuid', '12345', '--regid', '12345', '--clear-groups', '--'];
      const inside = machine.start(as[0] ?? '', [...as.slice(1), 'sh', '-c', 'echo up; read end']);
      try {
        if (inside.stdout) await once(inside.stdout, 'data');
        const pid = `${inside.pid}`;
        const words = [...as.slice(1), process.execPath, NETMETER, 'attach', pid, '--for', '200ms', '--report', '-'];
        const hiding = `mount -t proc -o hidepid=${hidepid} proc /proc; exec "$@"`;
        const { stdout, stderr, status } = await runToEnd('unshare', [
          '--mount',
          'sh',
          '-euc',
          hiding,
          'sh',
          ...as.slice(0, 1),
          ...words,
        ]);
        expect(status, stderr).toBe(0);
        const report = JSON.parse(stdout);
        expect(report.isolation).toEqual({ kind: 'join', netns: `pid ${pid}`, devices: ['card0'] });
        // Those of root, this test's own for one, may be anywhere.
        expect(report.command.attached).toMatchObject({ pid: Number(pid), metered: 'namespace', sharedWith: null });
        expect(report.contamination.grade).toBe('unknown');
        expect(report.warnings.map(({ code }: { code: string }) => code)).toContain('WHOLE_NAMESPACE');
        const said = stderr.replaceAll(/\s+/g, ' ');
        expect(said).toContain('sharing unknown: the numbers are an upper bound');
        expect(said).toContain('for the whole network namespace, exact for all of them');
        expect(said).toContain('sudo netmeter attach');
      } finally {
        inside.kill('SIGKILL');
      }
    },
  );

  test.each([
    [['attach', '999999999'], 'there is no process'],
    [['attach', 'x'], 'is no process number'],
    [['attach'], 'no process was given'],
    [['attach', '1', '--isolation', 'veth'], 'cannot be moved into another network namespace'],
    [['attach', '1', '--for', '1s', '--until-exit'], 'exclude each other'],
    [['attach', '1', '--cgroup', '/x'], 'exclude each other'],
    [['attach', '1', '--fro', '1s'], 'unknown option --fro; did you mean --for?'],
    [['attach', '1', '--redact'], "attach has no option --redact, which is a run's"],
    [['attach', '1', '--by', 'proces'], "--by cannot be 'proces'; did you mean process?"],
  ])('%j is refused with the cure', async (words, message) => {
    const { status, stderr, stdout } = await netmeter(words);
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
    expect(stderr).toContain(message);
  });
});
