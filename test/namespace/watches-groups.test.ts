import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import { parseRecord } from '../../src/watch/records/parse-record.js';
import type { SampleRecord } from '../../src/watch/records/record.js';
import { NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once, until } from '../wait.js';
import { Machine } from './machine.js';
import { MAKE, SEND } from './nested-script.js';

/** Two datagrams with their headers. */
const SENT = 1028 + 1048;

describePrivileged('a service is watched at its control group', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.build(13);
  });
  afterAll(() => machine?.[Symbol.asyncDispose]());

  const home = CgroupHierarchy.open()?.folderOf('self') ?? '';
  const group = `${home}/watched`;
  const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1]?.replace(/^\/$/, '') ?? '';
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    path = join(folder, 'w.ndjson');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    if (existsSync(group)) rmdirSync(group);
  });

  const records = (): SampleRecord[] =>
    (existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [])
      .map(parseRecord)
      .flatMap((parsed) => (parsed.kind === 'record' ? [parsed.record] : []));
  const last = () => records().at(-1);

  /** On the machine, but not by ip(8), which shows a /sys without control groups. */
  const onMachine = (words: readonly string[]): ChildProcess =>
    spawn('nsenter', [`--net=/run/netns/${machine.name}`, ...words], { stdio: ['pipe', 'inherit', 'pipe'] });

  const watch = (...words: readonly string[]) =>
    onMachine([process.execPath, NETMETER, 'watch', '-q', '--interval', '50ms', '--out', path, ...words]);

  /** Runs a program in the group, from its making to its removal. @param found resolves when it may go in */
  async function service(mode: string, address: string, count: number, found: () => Promise<void>): Promise<void> {
    mkdirSync(group);
    await found();
    const script = `echo $$ >${group}/cgroup.procs; exec python3 "$@"`;
    const run = onMachine(['sh', '-euc', script, 'sh', program('traffic.py'), mode, address, '7000', `${count}`]);
    expect(await once(run, 'exit')).toEqual([0, null]);
    await until('the group is empty', () => {
      try {
        rmdirSync(group);
        return true;
      } catch {
        return false;
      }
    });
  }

  const truth = async () => {
    const totals = await machine.totals();
    const of = (way: 'in' | 'out') => (totals[`ipv4.${way}`]?.[0] ?? 0) + (totals[`ipv6.${way}`]?.[0] ?? 0);
    return { in: of('in'), out: of('out') };
  };

  test('over its restarts, equal to the byte, beside others', async () => {
    const before = await truth();
    const watching = watch('--cgroup', `${own}/watched`);
    await until('the first record is written', () => last() !== undefined);
    expect(last()?.meter).toMatchObject({ cgroup: `${own}/watched`, isThere: false });
    const seen = (what: 'appeared' | 'vanished', times: number) =>
      until(`it is seen that it ${what}`, () => last()?.meter?.counters[what] === `${times}`);
    await service('download', machine.far4, 3_000_000, () => seen('appeared', 1));
    await seen('vanished', 1);
    await service('requests', machine.far6, 40, () => seen('appeared', 2));
    await seen('vanished', 2);
    const after = await truth();
    // Somebody else's: it is in no record.
    const other = await machine.run('python3', [program('traffic.py'), 'udp', machine.far4, '7000', '50']);
    expect(other.status).toBe(0);
    watching.kill('SIGTERM');
    expect(await once(watching, 'exit')).toEqual([0, null]);
    const { in: incoming, out } = last()?.total ?? {};
    expect({ in: incoming?.octets, out: out?.octets }).toEqual({
      in: `${after.in - before.in}`,
      out: `${after.out - before.out}`,
    });
    const events = records().flatMap((record) => record.events);
    const times = (kind: string) =>
      events.reduce((sum, event) => sum + (event.kind === kind && 'times' in event ? event.times : 0), 0);
    expect([times('cgroup-appeared'), times('cgroup-vanished')]).toEqual([2, 2]);
    expect(last()?.total).toMatchObject({ in: { unknown: 0, errorBound: '0' }, out: { unknown: 0, errorBound: '0' } });
  });

  test('one that was found when it ran already has lost its first bytes, which is said', async () => {
    const watching = watch('--cgroup', group);
    await until('the first record is written', () => last() !== undefined);
    watching.kill('SIGSTOP');
    mkdirSync(group);
    const run = onMachine(['sh', '-euc', `echo $$ >${group}/cgroup.procs; echo up >&2; read end`]);
    await once(run.stderr ?? run, 'data');
    watching.kill('SIGCONT');
    await until('it is seen that it appeared', () => last()?.meter?.counters['foundLate'] === '1');
    run.stdin?.end('end\n');
    await once(run, 'exit');
    watching.kill('SIGTERM');
    expect(await once(watching, 'exit')).toEqual([0, null]);
    expect(records().flatMap(({ events }) => events)).toContainEqual({ kind: 'cgroup-appeared', times: 1, late: 1 });
    expect(last()?.total).toMatchObject({ in: { unknown: 1 }, out: { unknown: 1 } });
  });

  test('what no netmeter has watched is unknown', async () => {
    const one = () => once(watch('--cgroup', group, '--for', '0'), 'exit');
    mkdirSync(group);
    expect(await one()).toEqual([0, null]);
    expect(await one()).toEqual([0, null]);
    const [first, second] = records();
    expect(first?.delta).toBeNull();
    expect(second?.delta?.external.in.wireOctets).toBeNull();
    expect(second?.events.map(({ kind }) => kind)).toContain('counting-began');
    expect(second?.total.in.unknown).toBe(1);
    const { stdout } = await runToEnd(process.execPath, [NETMETER, 'watch', '--report', path]);
    expect(stdout).toContain(`(${own}/watched)`);
    expect(stdout).toContain('counted anew: unknown before');
    expect(stdout).not.toContain('IpExt');
  });

  test('one that is not there is said at the start, in the total and in the report', async () => {
    const words = [NETMETER, 'watch', '--cgroup', group, '--for', '0', '--out', path];
    const { status, stdout, stderr } = await runToEnd(process.execPath, words);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain(
      `there is no control group ${own}/watched yet (${group}): it is counted from when it is made`,
    );
    expect(stdout).toMatch(/ loopback .*\n {2}the control group was not there at any time/);
    const report = () => runToEnd(process.execPath, [NETMETER, 'watch', '--report', path]);
    expect((await report()).stdout).toContain('the control group was not there at any time');
    mkdirSync(group);
    expect(await runToEnd(process.execPath, words)).toMatchObject({
      stderr: '',
      stdout: expect.not.stringContaining('at any time'),
    });
    expect((await report()).stdout).not.toContain('at any time');
  });

  test('a file is about one thing', async () => {
    expect((await runToEnd(process.execPath, [NETMETER, 'watch', '--for', '0', '--out', path])).status).toBe(0);
    const words = [NETMETER, 'watch', '--cgroup', group, '--for', '0', '--out', path];
    const { status, stderr } = await runToEnd(process.execPath, words);
    expect(status).toBe(125);
    expect(stderr).toContain(`${path} is about the machine`);
  });

  test.each([
    ['9:name=systemd:/x', 'is a control group of version 1'],
    [`${home}/cgroup.procs`, 'cannot be counted: '],
  ])('%s is none', async (name, message) => {
    const { status, stderr } = await runToEnd(process.execPath, [NETMETER, 'watch', '--cgroup', name, '--for', '0']);
    expect(status).toBe(125);
    expect(stderr).toContain(message);
  });

  test('namespaces that it makes: what they send outside is counted, and that it may be carried is said', async () => {
    mkdirSync(group);
    const meter = watch('--cgroup', `${own}/watched`);
    const closed = once(meter, 'close');
    await until('the first sample is taken', () => records().length > 0);
    const sends = [SEND(machine.far4, 1000), SEND(machine.far6, 1000)].map((send) => `in1 ${send}`);
    const run = onMachine(['sh', '-euc', `echo $$ >${group}/cgroup.procs; ${MAKE}; ${sends.join('; ')}`]);
    expect(await once(run, 'exit')).toEqual([0, null]);
    await until('it is in the total', () => Number(last()?.total.out.octets ?? 0) >= SENT);
    meter.kill('SIGTERM');
    await closed;
    expect(last()?.total.out).toMatchObject({ octets: `${SENT}`, unknown: 0, unbounded: expect.any(Number) });
    const { stdout } = await runToEnd(process.execPath, [NETMETER, 'watch', '--report', path]);
    expect(stdout).toMatch(/^ +out .* 2 076 B {2}error unknown in (one interval|\d+ intervals)$/m);
  });
});
