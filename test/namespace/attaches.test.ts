import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import type { Measurement } from '../../src/measurement/measurement.js';
import { NETMETER, netmeter, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once, until } from '../wait.js';
import { attachedTo } from './attached-to.js';
import { Machine } from './machine.js';
import { MAKE, SEND } from './nested-script.js';

/** Opens a connection, says so, and goes on when it is asked to: a download over it, and datagrams. */
const JOB = `import os, socket, sys
far, inherited = sys.argv[1], int(sys.argv[2])
link = socket.socket(fileno=inherited) if inherited else socket.create_connection((far, 7000))
server = socket.create_server(("", 7300))
print("up", flush=True)
sys.stdin.readline()
if os.fork() == 0:
    link.sendall(b"get 3000000\\n")
    while link.recv(1 << 16): pass
    late = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(20): late.sendto(bytes(1000), (far, 7000))
    os._exit(0)
os.wait()
link.close()
print("moved", flush=True)
sys.stdin.readline()`;

const readTotals = async (machine: Machine) => {
  const totals = await machine.totals();
  const of = (way: 'in' | 'out') => (totals[`ipv4.${way}`]?.[0] ?? 0) + (totals[`ipv6.${way}`]?.[0] ?? 0);
  return { in: of('in'), out: of('out') };
};

describePrivileged('what runs already is metered at its sockets', () => {
  let machine: Machine;
  const home = CgroupHierarchy.open()?.folderOf('self') ?? '';
  const group = `${home}/attached`;
  const path = `${/^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1]?.replace(/^\/$/, '')}/attached`;
  beforeAll(async () => {
    machine = await Machine.build(12);
  });
  afterAll(() => machine?.[Symbol.asyncDispose]());
  const jobs: ChildProcess[] = [];
  beforeEach(() => void mkdirSync(group));
  afterEach(async () => {
    for (const job of jobs.splice(0)) {
      const gone = job.exitCode === null && job.signalCode === null ? once(job, 'exit') : undefined;
      job.kill('SIGKILL');
      await gone;
    }
    await until('the group can be removed', () => {
      try {
        rmdirSync(group);
        return true;
      } catch {
        return false;
      }
    });
  });

  const start = (script: string, words: readonly string[]) => {
    // Not by ip(8), which shows a /sys without control groups.
    const inside = [`--net=/run/netns/${machine.name}`, 'sh', '-euc', script, 'sh', ...words];
    const job = spawn('nsenter', inside, { stdio: ['pipe', 'pipe', 'inherit'] });
    jobs.push(job);
    return job;
  };
  const enter = `echo $$ >${group}/cgroup.procs`;
  const PYTHON = 'exec python3 -c "$@"';

  /** Starts the job, attaches to it, lets it move what it moves, and ends it. */
  async function meter(script: string, target: (pid: number) => readonly string[]) {
    const job = start(script, [JOB, machine.far4, '0']);
    await once(job.stdout ?? job, 'data');
    const pid = job.pid ?? 0;
    const before = await readTotals(machine);
    const metering = runToEnd(process.execPath, [NETMETER, 'attach', ...target(pid), '--report', '-']);
    await attachedTo(pid);
    job.stdin?.write('go\n');
    await once(job.stdout ?? job, 'data');
    job.stdin?.end('end\n');
    const { stdout, stderr, status } = await metering;
    expect(status, stderr).toBe(0);
    return { report: JSON.parse(stdout) as Measurement, stderr, before, pid };
  }

  const counted = ({ traffic: { external } }: Measurement) => ({
    in: external.in.wireOctets,
    out: external.out.wireOctets,
  });

  /** What the rows, and those that have none, add up to. */
  const explained = ({ remotes }: Measurement) => {
    if (!remotes) throw new Error('no remotes');
    const sum = (way: 'in' | 'out') =>
      remotes.rows.reduce((octets, row) => octets + (row.wireOctets[way] ?? 0), remotes.others.wireOctets[way] ?? 0);
    return { in: sum('in'), out: sum('out') };
  };

  test.each<[string, (pid: number) => readonly string[]]>([
    ['by a process', (pid) => [`${pid}`]],
    ['by its path', () => ['--cgroup', path]],
    ['by its folder', () => ['--cgroup', group]],
  ])('a control group, %s: equal to the byte, by a connection that was open before', async (_, target) => {
    const { report, stderr, before } = await meter(`${enter}; ${PYTHON}`, target);
    const after = await readTotals(machine);
    expect(counted(report), stderr).toEqual({ in: after.in - before.in, out: after.out - before.out });
    expect(counted(report).in).toBeGreaterThan(3_000_000);
    expect(explained(report)).toEqual(counted(report));
    expect(report.remotes?.rows).toContainEqual(expect.objectContaining({ address: machine.far4, port: 7000 }));
    expect(report.method).toEqual({ name: 'cgroup', errorBound: { in: 0, out: 0 }, packetsIn: 'cgroup' });
    expect(report.command.attached).toMatchObject({ metered: 'cgroup', cgroup: path, sharedWith: 0 });
    expect(report.command.exit).toEqual({ kind: 'gone' });
    expect(report).not.toHaveProperty('contamination');
    expect(stderr).toContain('counted at the sockets of the control group');
  });

  test('a process among others of its control group: its tree alone, to the byte', async () => {
    const other = start('echo up; exec python3 "$@"', [
      program('traffic.py'),
      'udp',
      machine.nowhere6,
      '7000',
      '1000000000',
    ]);
    await once(other.stdout ?? other, 'data');
    const { report, stderr, pid } = await meter(PYTHON, (each) => [`${each}`]);
    const { ipv4, ipv6 } = report.traffic.external;
    expect(ipv6?.out.packets).toBe(0);
    // 20 datagrams, and a download of whole segments.
    expect(ipv4?.in.wireOctets, stderr).toBeGreaterThan(3_000_000);
    expect(report.command.attached).toMatchObject({ metered: 'tree', sharedWith: 0 });
    expect(report.method.errorBound, stderr).toEqual({ in: 0, out: 0 });
    expect(explained(report)).toEqual(counted(report));
    expect(report.remotes?.rows.map(({ address }) => address)).not.toContain(machine.nowhere6);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`the sockets of process ${pid} and its descendants, in`);
  });

  test('a process among others that are quiet: equal to the byte', async () => {
    const { report, stderr, before } = await meter(PYTHON, (pid) => [`${pid}`]);
    const after = await readTotals(machine);
    expect(report.command.attached).toMatchObject({ metered: 'tree' });
    expect(counted(report), stderr).toEqual({ in: after.in - before.in, out: after.out - before.out });
  });

  test.each<[string, string, (pid: number) => readonly string[]]>([
    ['a tree among others', PYTHON, (pid) => [`${pid}`]],
    ['all of a control group', `${enter}; ${PYTHON}`, () => ['--cgroup', path]],
  ])('its processes have rows, of %s: who was there before and who is started since', async (_, script, target) => {
    const { report, pid, stderr } = await meter(script, target);
    const found = report.processes;
    if (found?.evidence !== 'traced') throw new Error(`not traced: ${JSON.stringify(found)} ${stderr}`);
    const [parent, child, ...others] = found.processes;
    expect(others).toEqual([]);
    const name = 'python3';
    expect(parent).toMatchObject({ pid, startedMs: 0, payload: { external: { in: 0, out: 0 } } });
    expect(parent?.commandLine?.slice(1)).toEqual(['-c', JOB, machine.far4, '0']);
    expect(child).toMatchObject({
      parent: pid,
      name,
      payload: { external: { in: 3_000_000, out: 'get 3000000\n'.length } },
    });
    expect(child?.payload.unplaced).toEqual({ in: 0, out: 20_000 });
    expect(child?.commandLine).toEqual(parent?.commandLine);
    // What came twice is nobody's.
    expect(found.balance?.in.unattributedOctets).toBeGreaterThanOrEqual(0);
    expect(found.otherProcesses.payload.external).toEqual({ in: 0, out: 0 });
  });

  test('the start that is reported is when counting began, and rows of processes begin with it', async () => {
    // Datagrams, each with the time after it was sent.
    const job = start('exec python3 -c "$@"', [
      `import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print("up", flush=True)
end = time.time() + 60
while time.time() < end:
    s.sendto(bytes(1000), (sys.argv[1], 7000)); print(time.time(), flush=True)
    # Time: a thousand in a second, whatever the machine.
    time.sleep(0.001)`,
      machine.far4,
    ]);
    const sent: number[] = [];
    job.stdout?.on('data', (text: Buffer) => sent.push(...`${text}`.split('\n').map(Number).filter(Boolean)));
    await until('it sends', () => sent.length > 10);
    const words = [NETMETER, 'attach', `${job.pid}`, '--for', '2s', '--report', '-', '--quiet'];
    const { stdout, stderr } = await runToEnd(process.execPath, words);
    const report = JSON.parse(stdout) as Measurement;
    const from = Date.parse(report.command.startedAt) / 1000;
    const during = sent.filter((at) => at >= from && at <= from + report.command.durationMs / 1000).length;
    const packets = report.traffic.external.out.packets ?? 0;
    // A machine that is busy does something else between the count's begin and the look at the clock.
    expect(Math.abs(packets - during), `${packets} for ${during}; ${stderr}`).toBeLessThan(during / 10);
    const found = report.processes;
    if (found?.evidence !== 'traced') throw new Error(`not traced: ${JSON.stringify(found)}`);
    const counted = found.processes[0]?.payload.unplaced.out ?? 0;
    expect(counted, stderr).toBeGreaterThan((packets - during / 10) * 1000);
  });

  test('connections that its listener accepts are its own', async () => {
    const server = start(PYTHON, [
      `import socket
listener = socket.create_server(("", 7400))
print("up", flush=True)
for _ in range(2):
    link, _ = listener.accept()
    link.sendall(bytes(50000)); link.close()`,
    ]);
    await once(server.stdout ?? server, 'data');
    const before = await readTotals(machine);
    const metering = runToEnd(process.execPath, [NETMETER, 'attach', `${server.pid}`, '--report', '-']);
    await attachedTo(server.pid ?? 0);
    const fetch = `import socket
for _ in range(2):
    link = socket.create_connection(("198.51.100.1", 7400))
    while link.recv(65536): pass
    link.close()`;
    expect((await runToEnd('ip', ['netns', 'exec', `${machine.name}-far`, 'python3', '-c', fetch])).status).toBe(0);
    const { stdout, stderr } = await metering;
    const after = await readTotals(machine);
    const report = JSON.parse(stdout) as Measurement;
    expect(counted(report), stderr).toEqual({ in: after.in - before.in, out: after.out - before.out });
    expect(counted(report).out).toBeGreaterThan(100_000);
    expect(explained(report)).toEqual(counted(report));
    expect(report.remotes?.rows).toMatchObject([{ address: machine.far4, port: 7400, role: 'server' }]);
  });

  test('a socket that was made in another control group, and handed down, is distinguished', async () => {
    const opened = `import os, socket, sys
link = socket.create_connection((sys.argv[1], 7000)); link.set_inheritable(True)
open("${group}/cgroup.procs", "w").write("0")
os.execvp("python3", ["python3", "-c", sys.argv[2], sys.argv[1], str(link.fileno())])`;
    const job = start(PYTHON, [opened, machine.far4, JOB]);
    await once(job.stdout ?? job, 'data');
    const words = ['attach', `${job.pid}`, '--for', '0', '--report', '-', '--max-total', '1MB'];
    const { stdout, status } = await runToEnd(process.execPath, [NETMETER, ...words]);
    const { method } = JSON.parse(stdout) as Measurement;
    expect(method.errorBound).toEqual({ in: null, out: null });
    expect(method.reasons?.[0]).toContain(`1 socket was made elsewhere, and not counted: tcp 198.51.100.1:`);
    expect(method.reasons?.[0]).toContain(`to ${machine.far4}:7000`);
    expect(status).toBe(125);
  });

  test('namespaces that it makes: what they send outside is counted, and that it may be carried is said', async () => {
    const sends = [SEND(machine.far4, 1000), SEND(machine.far6, 1000)].map((send) => `in1 ${send}`);
    const job = start(`${enter}; echo up; read -r go; ${MAKE}; ${sends.join('; ')}`, []);
    await once(job.stdout ?? job, 'data');
    const before = await readTotals(machine);
    const words = ['attach', '--cgroup', path, '--report', '-'];
    const metering = runToEnd(process.execPath, [NETMETER, ...words]);
    await attachedTo(job.pid ?? 0);
    job.stdin?.end('go\n');
    const { stdout, stderr } = await metering;
    const { traffic, method, warnings } = JSON.parse(stdout) as Measurement;
    const after = await readTotals(machine);
    expect(traffic.external.out.wireOctets, stderr).toBe(after.out - before.out);
    expect(after.out - before.out).toBe(1028 + 1048);
    expect(method.errorBound.out).toBe(1028 + 1048);
    expect(warnings.map(({ code }) => code)).toEqual(['NESTED_UNCERTAIN']);
  });

  test('a budget is judged', async () => {
    const job = start(`${enter}; ${PYTHON}`, [JOB, machine.far4, '0']);
    await once(job.stdout ?? job, 'data');
    const words = ['attach', '--cgroup', path, '--max-out', '1kB', '--report', '-'];
    const metering = runToEnd(process.execPath, [NETMETER, ...words]);
    await attachedTo(job.pid ?? 0);
    job.stdin?.write('go\n');
    await once(job.stdout ?? job, 'data');
    job.stdin?.end('end\n');
    expect((await metering).status).toBe(120);
  });

  test('without the rights, the namespace is metered', async () => {
    const job = start(`${enter}; ${PYTHON}`, [JOB, machine.far4, '0']);
    await once(job.stdout ?? job, 'data');
    const weak = ['--inh-caps', '-bpf,-sys_admin', '--bounding-set', '-bpf,-sys_admin', '--'];
    const attach = (target: readonly string[]) =>
      runToEnd('setpriv', [...weak, process.execPath, NETMETER, 'attach', ...target, '--for', '0', '--report', '-']);
    const report = JSON.parse((await attach([`${job.pid}`])).stdout) as Measurement;
    expect(report.command.attached).toMatchObject({ metered: 'namespace', cgroup: null });
    const { status, stderr } = await attach(['--cgroup', path]);
    expect(status).toBe(125);
    expect(stderr).toContain(`the sockets of ${path} cannot be counted: `);
  });

  describe('a control group that is none', () => {
    test.each([
      ['9:name=systemd:/x', 'is a control group of version 1'],
      ['/no/such/group', 'there is no control group /no/such/group'],
      [`${home}/cgroup.procs`, 'is a file and not the folder of a control group'],
      ['/../..//cgroup.procs', 'is a file'],
    ])('%s: %s', async (name, message) => {
      const { status, stderr } = await netmeter(['attach', '--cgroup', name, '--for', '0']);
      expect({ status, says: stderr.includes(message) }, stderr).toEqual({ status: 125, says: true });
    });

    test('one of version 1 by its folder', async () => {
      const legacy = /^\S+ \S+ \S+ \S+ (\S+) .* - cgroup /m.exec(readFileSync('/proc/self/mountinfo', 'utf8'))?.[1];
      const { status, stderr } = await netmeter(['attach', '--cgroup', `${legacy ?? '1:x:'}/x`, '--for', '0']);
      expect(status).toBe(125);
      expect(stderr).toContain('is a control group of version 1');
    });
  });

  test('an empty one is waited for, and metered until its last process ends', async () => {
    const metering = runToEnd(process.execPath, [NETMETER, 'attach', '--cgroup', path, '--report', '-']);
    await until('netmeter counts at the group', () => isCounting());
    const job = start(`${enter}; ${PYTHON}`, [JOB, machine.far4, '0']);
    await once(job.stdout ?? job, 'data');
    job.stdin?.write('go\n');
    await once(job.stdout ?? job, 'data');
    job.stdin?.end('end\n');
    const report = JSON.parse((await metering).stdout) as Measurement;
    expect(counted(report).in).toBeGreaterThan(3_000_000);
    expect(report.command.exit).toEqual({ kind: 'gone' });
    expect(report.method.errorBound).toEqual({ in: null, out: null });
    expect(report.method.reasons?.[0]).toContain('no process was there at the start');
  });

  /** Somebody holds the group's folder open, and the counters, which are opened last. */
  const isCounting = () =>
    execFileSync('sh', ['-c', 'ls -l /proc/[0-9]*/fd 2>/dev/null || true'], { encoding: 'utf8' })
      .split('\n\n')
      .some((open) => open.includes(` ${group}\n`) && open.includes('/net/netstat'));
});
