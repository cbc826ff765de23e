import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cgroup } from '../../src/linux/cgroup/cgroup.js';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import { program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { type Reported, traced } from './traced.js';
import { Wire } from './wire.js';

const COUNT = 1000;
const PUT = COUNT + `put ${COUNT}\n`.length;

describePrivileged('the kernel counts by process within bounds', () => {
  let wire: Wire;
  let groups = 0;
  beforeAll(async () => {
    wire = await Wire.lay(9);
  });
  afterAll(() => wire[Symbol.asyncDispose]());

  const newGroup = () =>
    Cgroup.make(`${CgroupHierarchy.open()?.folderOf('self')}/netmeter-test-${process.pid}-${groups++}`);
  const put = (address: string, ...more: string[]) => [
    'python3',
    program('payload.py'),
    'send',
    address,
    `${wire.port}`,
    `${COUNT}`,
    ...more,
  ];
  /** Of all rows, and those of all others. */
  const sent = ({ processes, otherProcesses }: Reported) =>
    [...processes, otherProcesses].reduce((sum, { payload }) => sum + payload.external.out, 0);
  const sentToRemotes = ({ remotes, otherRemotes }: Reported) =>
    remotes.reduce((sum, { out }) => sum + out, otherRemotes.out);

  /** So many at once, each with a program of its own. */
  const many = (count: number) => ['bash', '-c', `for i in {1..${count}}; do ${put(wire.ipv4).join(' ')} & done; wait`];
  const FEW = { processes: 3, ended: 2, threads: 1, programs: 1, sockets: 1, pairs: 2 };

  test('what has no room of its own is counted together, to the octet', async () => {
    await using group = newGroup();
    const reported = await traced(many(12), { most: FEW, group });
    expect(sent(reported)).toBe(12 * PUT);
    expect(reported.payload.external).toEqual({ in: 0, out: 12 * PUT });
    expect(sentToRemotes(reported)).toBe(12 * PUT);
    expect(reported.otherProcesses.payload.external.out).toBeGreaterThan(0);
    expect(reported.lostEvents).toBe(0);
    const all = [...reported.processes, reported.otherProcesses];
    expect(all.reduce((sum, { tcpConnects }) => sum + (tcpConnects ?? 0), 0)).toBe(12);
    expect(
      reported.remotes.reduce((sum, { connections }) => sum + connections, reported.otherRemotes.connections),
    ).toBe(12);
  });

  test('whose connect was not remembered is not taken for an accepted one', async () => {
    const reported = await traced(many(12), { most: { sockets: 1 } });
    expect(sentToRemotes(reported)).toBe(12 * PUT);
    expect(new Set(reported.remotes.map(({ address, port }) => `${address} ${port}`))).toEqual(
      new Set([`${wire.ipv4} ${wire.port}`]),
    );
    expect(reported.remotes.map(({ side }) => side)).not.toContain('accepted');
    expect(reported.remotes.reduce((sum, { connections }) => sum + connections, 0)).toBe(12);
  });

  test('without a control group, whose fork had no room is lost, and said to be', async () => {
    const reported = await traced(many(12), { most: FEW });
    expect(reported.lostEvents).toBeGreaterThan(0);
    expect(reported.payload.external.out).toBeLessThan(12 * PUT);
    expect(sent(reported)).toBe(reported.payload.external.out);
  });

  test('what was moved into the tree’s control group is counted with the others', async () => {
    await using group = newGroup();
    const meanwhile = async () => {
      const script = `echo 0 >${group.folder}/cgroup.procs; exec "$@"`;
      const beside = await runToEnd('sh', ['-c', script, 'sh', ...put(wire.ipv4)]);
      expect(beside).toMatchObject({ status: 0, stderr: '' });
    };
    const reported = await traced(['sleep', '2'], { meanwhile, group });
    expect(reported.processes).toMatchObject([{ name: 'sleep', payload: { external: { in: 0, out: 0 } } }]);
    expect(reported.otherProcesses.payload.external).toEqual({ in: 0, out: PUT });
  });

  test('what has left the group is still the tree’s', async () => {
    await using group = newGroup();
    const home = CgroupHierarchy.open()?.folderOf('self');
    const script = `echo 0 >${home}/cgroup.procs; exec "$@"`;
    const reported = await traced(['sh', '-c', script, 'sh', ...put(wire.ipv4)], { group });
    expect(reported.processes).toMatchObject([{ payload: { external: { in: 0, out: PUT } } }]);
  });

  test('this machine’s addresses are distinguished from external ones', async () => {
    const command = ['sh', '-c', `${put(wire.ipv4).join(' ')}; ${put(wire.ipv6).join(' ')}`];
    const reported = await traced(command, { hostAddresses: [wire.ipv4] });
    expect(reported.payload).toMatchObject({ external: { in: 0, out: PUT }, hostLocal: { in: 0, out: PUT } });
  });

  test('words that are too many are cut, and it shows', async () => {
    const long = 'x'.repeat(10_000);
    const reported = await traced(put(wire.ipv4, long));
    const [row] = reported.processes;
    expect(row?.commandLine?.slice(1, -1)).toEqual(put(wire.ipv4).slice(1));
    expect(row?.commandLine?.at(-1)).toMatch(/^x{3000,}…$/);
  });
});
