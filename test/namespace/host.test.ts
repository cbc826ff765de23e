import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once, signalUntilGone } from '../wait.js';
import { expectNoTraces, traces } from './leftovers.js';
import { LOOKED } from './looked.js';
import { Machine } from './machine.js';
import { quieten } from './quiet.js';

const HOST = ['--isolation', 'host', '--baseline-idle', '0'];
const traffic = (mode: string, address: string, count: number) =>
  `python3 ${program('traffic.py')} ${mode} ${address} 7000 ${count}`;

/** Without the rights to count at the command's control group: in a container, for an ordinary user. */
const UNMETERED = ['setpriv', '--inh-caps', '-bpf,-sys_admin', '--bounding-set', '-bpf,-sys_admin', '--'];

/** Shell that waits until the file exists. */
const UNTIL = 'until_there() { while ! [ -e "$1" ]; do sleep 0.02; done; }; until_there';

describePrivileged('host isolation by the machine’s own counters', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.build(9);
  });
  afterAll(() => machine?.[Symbol.asyncDispose]());

  const measure = (script: string, options: readonly string[]) => machine.measure(script, options, UNMETERED);

  /** Counted octets beside the capture's, of both families together. */
  async function compare(script: string, options: readonly string[] = HOST) {
    const before = await machine.totals();
    const { report, stderr } = await measure(script, options);
    const after = await machine.totals();
    expect(report.command.exit, stderr).toEqual({ kind: 'code', code: 0 });
    const truth = (way: 'in' | 'out') =>
      ['ipv4', 'ipv6'].reduce((sum, family) => {
        const key = `${family}.${way}`;
        return sum + (after[key]?.[0] ?? 0) - (before[key]?.[0] ?? 0);
      }, 0);
    const { external } = report.traffic;
    return {
      report,
      in: {
        counted: external.in.wireOctets ?? Number.NaN,
        truth: truth('in'),
        bound: report.method.errorBound.in ?? 0,
      },
      out: {
        counted: external.out.wireOctets ?? Number.NaN,
        truth: truth('out'),
        bound: report.method.errorBound.out ?? 0,
      },
    };
  }

  test.each([
    ['download', 'download', 30_000_000],
    ['small requests', 'requests', 200],
  ])('TCP in is exact: %s', async (_, mode, count) => {
    const { in: incoming, out } = await compare(
      `${traffic(mode, machine.far4, count)}; ${traffic(mode, machine.far6, count)}`,
    );
    expect(Math.abs(incoming.counted - incoming.truth) / incoming.truth).toBeLessThan(0.0001);
    expect(Math.abs(out.counted - out.truth)).toBeLessThanOrEqual(out.bound);
  });

  test('out is within its stated bound: upload, UDP', async () => {
    const script = `${traffic('upload', machine.far4, 20_000_000)}; ${traffic('udp', machine.far4, 300)}`;
    const { out, report } = await compare(script);
    expect(Math.abs(out.counted - out.truth)).toBeLessThanOrEqual(out.bound);
    expect(Math.abs(out.counted - out.truth) / out.truth).toBeLessThan(0.01);
    expect(report.isolation).toEqual({ kind: 'host', devices: ['card0'] });
  });

  test('with a queue on the card, out is exact but for ARP', async () => {
    await machine.run('tc', ['qdisc', 'replace', 'dev', 'card0', 'root', 'pfifo', 'limit', '10000']);
    try {
      const { out } = await compare(`${traffic('upload', machine.far4, 20_000_000)}`);
      expect(Math.abs(out.counted - out.truth)).toBeLessThanOrEqual(out.bound);
      expect(out.bound).toBeLessThan(1000);
    } finally {
      await machine.run('tc', ['qdisc', 'del', 'dev', 'card0', 'root']);
    }
  });

  test('loopback beside it is distinguished', async () => {
    const { in: incoming, report } = await compare(
      `python3 ${program('traffic.py')} loopback 127.0.0.1 0 5000000; ${traffic('requests', machine.far4, 50)}`,
    );
    expect(Math.abs(incoming.counted - incoming.truth)).toBeLessThanOrEqual(incoming.bound);
    expect(incoming.counted).toBeLessThan(100_000);
    expect(report.traffic.loopback.in.ipOctets).toBeGreaterThan(5_000_000);
  });

  test('a bridge with veth ports beside it is not counted twice', async () => {
    // A container that exchanges 5 MB each way with a service of this machine while the command uses the card.
    const inner = `${machine.name}-inner`;
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    const onMachine = `ip -n ${machine.name}`;
    machine.shell(`
      ip netns add ${inner}
      ${onMachine} link add br0 type bridge mcast_snooping 0
      ${onMachine} link add port0 type veth peer name eth0 netns ${inner}
      ${onMachine} link set port0 master br0 up
      ${onMachine} addr add 198.51.100.9/29 dev br0; ${onMachine} link set br0 up
      ip -n ${inner} addr add 198.51.100.10/29 dev eth0; ip -n ${inner} link set eth0 up`);
    const service = machine.start('python3', [program('far-end.py'), 'br0', '7000']);
    try {
      if (service.stdout) await once(service.stdout, 'data');
      // Beside the command: it has no right to enter a container.
      const container = ['download', 'upload'].map((mode) => traffic(mode, '198.51.100.9', 5_000_000));
      const beside = runToEnd('nsenter', [
        `--net=/run/netns/${inner}`,
        ...['sh', '-euc', `${UNTIL} ${folder}/started; ${container.join('; ')}; touch ${folder}/moved`],
      ]);
      const outside = ['download', 'upload'].map((mode) => traffic(mode, machine.far4, 10_000_000));
      const {
        in: incoming,
        out,
        report,
      } = await compare([`touch ${folder}/started; ${UNTIL} ${folder}/moved`, ...outside].join('; '));
      expect((await beside).status).toBe(0);
      expect(report.isolation).toEqual({ kind: 'host', devices: ['card0'] });
      expect(Math.abs(incoming.counted - incoming.truth)).toBeLessThanOrEqual(incoming.bound);
      expect(Math.abs(out.counted - out.truth)).toBeLessThanOrEqual(out.bound);
      expect(incoming.counted / incoming.truth).toBeCloseTo(1, 1);
      expect(out.counted / out.truth).toBeCloseTo(1, 1);
      // The container's 5 MB are of nobody that could be told.
      expect(warningOf(report)).toMatch(/^br0 carried \d \d{3} \d{3} B in and \d \d{3} \d{3} B out /);
      expect(incoming.bound).toBeGreaterThan(5_000_000);
    } finally {
      service.kill('SIGKILL');
      machine.shell(`${onMachine} link del br0; ip netns del ${inner}`);
      rmSync(folder, { recursive: true });
    }
  });

  const warningOf = (report: Measurement) => report.warnings.find(({ code }) => code === 'UNCOUNTED_DEVICE')?.message;

  test('what is exchanged with a container of the same machine is in no number, and reported: a budget cannot be judged', async () => {
    const inner = `${machine.name}-inner`;
    const onMachine = `ip -n ${machine.name}`;
    machine.shell(`
      ip netns add ${inner}
      ${quieten(inner)}
      ${onMachine} link add vm0 type veth peer name eth0 netns ${inner}
      ${onMachine} addr add 198.51.100.9/29 dev vm0; ${onMachine} link set vm0 up
      ip -n ${inner} addr add 198.51.100.10/29 dev eth0; ip -n ${inner} link set eth0 up
      ${onMachine} link add br0 type bridge mcast_snooping 0; ${onMachine} link set vm0 master br0
      ${onMachine} addr flush dev vm0; ${onMachine} addr add 198.51.100.9/29 dev br0; ${onMachine} link set br0 up`);
    const service = machine.start('nsenter', [
      `--net=/run/netns/${inner}`,
      'python3',
      program('far-end.py'),
      'eth0',
      '7000',
    ]);
    try {
      if (service.stdout) await once(service.stdout, 'data');
      const outside = traffic('udp', machine.far4, 5);
      const limits = ['--max-in', '1MB'];
      const beside = await measure(`${outside}; ${traffic('download', '198.51.100.10', 3_000_000)}`, [
        ...HOST,
        ...limits,
      ]);
      expect(beside.report.traffic.external.in.wireOctets).toBeLessThan(100_000);
      expect(beside.report.method.errorBound.in, beside.stderr).toBeGreaterThan(3_000_000);
      expect(warningOf(beside.report)).toMatch(/^br0 carried 3 \d{3} \d{3} B in /);
      expect(beside.status, beside.stderr).toBe(125);
      const alone = await measure(outside, [...HOST, ...limits]);
      expect(warningOf(alone.report)).toBeUndefined();
      expect(alone.status, alone.stderr).toBe(0);
    } finally {
      service.kill('SIGKILL');
      machine.shell(`${onMachine} link del br0; ip netns del ${inner}`);
    }
  });

  describe('others on the network', () => {
    test('nothing moved: clean', async () => {
      const { report, stderr } = await measure('true', ['--isolation', 'host', '--baseline-idle', '300ms']);
      expect(report.contamination).toMatchObject({ grade: 'clean', idleOctets: 0, foreignConnections: 0 });
      expect(stderr).toContain('sharing   clean');
    });

    test('another process that transfers: shared, an upper bound', async () => {
      const script = `import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print("up", flush=True)
while True: s.sendto(b"n" * 500, ("${machine.far4}", 7000)); time.sleep(0.02)`;
      const other = machine.start('python3', ['-c', script]);
      try {
        if (other.stdout) await once(other.stdout, 'data');
        const { report, stderr } = await measure('true', ['--isolation', 'host', '--baseline-idle', '300ms']);
        expect(report.contamination?.grade).toBe('shared');
        expect(report.contamination?.idleOctets).toBeGreaterThan(0);
        expect(stderr).toContain('upper bound');
      } finally {
        other.kill('SIGKILL');
      }
    });

    test('another process with an idle connection: shared', async () => {
      const script = `import socket, time
s = socket.create_connection(("${machine.far4}", 7000)); print("up", flush=True); time.sleep(1000)`;
      const other = machine.start('python3', ['-c', script]);
      try {
        if (other.stdout) await once(other.stdout, 'data');
        const { report } = await measure('true', ['--isolation', 'host', '--baseline-idle', '100ms']);
        expect(report.contamination).toMatchObject({ grade: 'shared', foreignConnections: 1 });
      } finally {
        other.kill('SIGKILL');
      }
    });

    test('another process that is there only while the command runs: shared; the command’s own connections are none', async () => {
      const hold = (address: string) => `python3 -c '${LOOKED}
s = socket.create_connection(("${address}", 7000))
for _ in until_looked('$netmeter'): pass'`;
      const options = ['--isolation', 'host', '--baseline-idle', '100ms', '--interval', '50ms'];
      const alone = await measure(`netmeter=$PPID; ${hold(machine.far4)}; ${hold(machine.far6)}`, options);
      // Nobody was seen, which says nothing of what comes and goes between two looks.
      expect(alone.report.contamination).toMatchObject({ grade: 'unknown', foreignConnections: 0 });

      // It comes and goes between two things that the command does: no watch without the command can see it.
      const fifo = `/tmp/${machine.name}-turns`;
      machine.shell(`mkfifo ${fifo}-go ${fifo}-done`);
      const other = machine.start('sh', [
        '-c',
        `read netmeter <${fifo}-go; ${hold(machine.far4)}; echo done >${fifo}-done`,
      ]);
      try {
        const beside = await measure(`echo $PPID >${fifo}-go; read done <${fifo}-done`, options);
        expect(beside.report.contamination).toMatchObject({ grade: 'shared', foreignConnections: 1 });
      } finally {
        other.kill('SIGKILL');
        machine.shell(`rm ${fifo}-go ${fifo}-done`);
      }
    });

    test.each([
      ['somebody sends while the command is stopped: shared', true, 'shared'],
      ['nobody does: clean, and watched for longer', false, 'clean'],
    ])('%s', async (_, sends, grade) => {
      const place = `/tmp/${machine.name}-stopped`;
      machine.shell(`mkfifo ${place}-go`);
      const send = `python3 -c '${LOOKED}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in until_looked('$netmeter'): ${sends ? `s.sendto(b"n" * 500, ("${machine.far4}", 7000))` : 'pass'}'`;
      const other = machine.start('sh', ['-c', `read netmeter pid <${place}-go; ${send}; kill -CONT $pid`]);
      try {
        const options = ['--isolation', 'host', '--baseline-idle', '100ms', '--interval', '50ms'];
        const { report } = await measure(`echo $PPID $$ >${place}-go; kill -STOP $$; true`, options);
        expect(report.contamination?.grade).toBe(grade);
        expect(report.contamination?.idleMs).toBeGreaterThan(400);
        if (grade === 'clean') expect(report.contamination?.idleOctets).toBe(0);
        else expect(report.contamination?.idleOctets).toBeGreaterThan(528);
      } finally {
        other.kill('SIGKILL');
        machine.shell(`rm ${place}-go`);
      }
    });

    test('where no socket is open at all, nothing is waited for', async () => {
      const { report } = await measure('true', ['--isolation', 'host']);
      expect(report.contamination).toMatchObject({ idleOctets: null, idleMs: 0, foreignConnections: 0 });
      const holder = machine.start('python3', [
        '-c',
        'import socket; s = socket.create_server(("", 0)); print("up", flush=True); input()',
      ]);
      try {
        if (holder.stdout) await once(holder.stdout, 'data');
        const beside = await measure('true', ['--isolation', 'host']);
        expect(beside.report.contamination?.idleMs).toBeGreaterThan(0);
      } finally {
        holder.kill('SIGKILL');
      }
    });

    test('not looked for: unknown', async () => {
      const { report } = await measure('true', HOST);
      expect(report.contamination).toMatchObject({ grade: 'unknown', idleOctets: null });
    });
  });

  test.each([
    ['exit 0', 0],
    ['exit 37', 37],
    ['kill -TERM $$', 143],
  ])('%s ends with %i', async (script, status) => {
    expect((await measure(script, HOST)).status).toBe(status);
  });

  test('a daemon is waited for, and counted', async () => {
    const later = `(setsid sh -c "while kill -0 $$ 2>/dev/null; do sleep 0.02; done; exec ${traffic('udp', machine.far4, 20)}" >/dev/null 2>&1 &)`;
    const { report } = await measure(later, HOST);
    expect(report.traffic.external.out.wireOctets).toBeGreaterThanOrEqual(20 * 1028);
  });

  test('a daemon is ended with --wait command, without ps too', async () => {
    const before = traces();
    const words = `${process.execPath} ${NETMETER} -q ${HOST.join(' ')} --wait command --grace 200ms -- sh -c 'setsid sleep 1000.5 &'`;
    expect((await runToEnd('sh', ['-c', words])).status).toBe(0);
    const hidden = `mount --bind /dev/null "$(command -v ps)"; exec ${words}`;
    expect((await runToEnd('unshare', ['--mount', 'sh', '-c', hidden])).status).toBe(0);
    await expectNoTraces(before);
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('nothing is left behind after %s', async (signal) => {
    const before = traces();
    const job = machine.start(process.execPath, [
      NETMETER,
      '-q',
      ...HOST,
      '--grace',
      '0',
      '--',
      'sh',
      '-c',
      'setsid sleep 1000.5 & echo up; exec sleep 1000.5',
    ]);
    if (job.stdout) await once(job.stdout, 'data');
    // The command ends of the first; its daemon is waited for until a second.
    await signalUntilGone(job, signal);
    await expectNoTraces(before);
  });
});
