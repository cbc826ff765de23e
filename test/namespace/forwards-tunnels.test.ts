import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TunnelWatch } from '../../src/evidence/tunnels/tunnel-watch.js';
import type { Measurement } from '../../src/measurement/measurement.js';
import { grouped } from '../../src/units.js';
import { NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { attachedTo } from './attached-to.js';
import { Machine } from './machine.js';

const tunnel = (words: string) => `python3 ${program('tunnel.py')} ${words}`;
const OCTETS = 20 * 1000;

describePrivileged('in place: what a program writes to a TUN or TAP device', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.build(33);
  });
  afterAll(() => machine?.[Symbol.asyncDispose]());

  const forward = (isOn: boolean) =>
    machine.shell(
      `ip netns exec ${machine.name} sysctl -qw net.ipv4.ip_forward=${isOn ? 1 : 0} net.ipv6.conf.all.forwarding=${isOn ? 1 : 0}`,
    );

  /** What was counted, and how many octets the far end has seen. */
  async function compare(script: string, options: readonly string[] = []) {
    const before = await machine.totals();
    const { report, ...ended } = await machine.measure(script, ['--in-place', ...options]);
    const after = await machine.totals();
    const sent = (totals: typeof before) => (totals['ipv4.out']?.[0] ?? 0) + (totals['ipv6.out']?.[0] ?? 0);
    return { ...ended, report, left: sent(after) - sent(before), counted: report.traffic.external.out.wireOctets };
  }

  const saidOf = ({ warnings }: Measurement) => warnings.filter(({ code }) => code.startsWith('TUNNEL'));

  test.each([
    ['IPv4', () => machine.far4],
    ['IPv6', () => machine.far6],
  ])('%s, forwarded: it is in the bound, said, and a budget is judged by it', async (_, far) => {
    forward(true);
    // Time: netmeter looks at it meanwhile.
    const script = `(sleep 0.5; echo; sleep 0.2) | ${tunnel(`--ask --stay tun7 ${far()} 20`)}`;
    const { report, status, stderr, left, counted } = await compare(script, ['--max-out', '5kB']);
    expect(left).toBe(OCTETS);
    expect(counted).toBe(0);
    const bound = report.method.errorBound.out ?? 0;
    expect(bound, stderr).toBeGreaterThanOrEqual(OCTETS);
    expect(bound).toBeLessThan(1.1 * OCTETS);
    expect(report.method.reasons).toContainEqual(expect.stringContaining('TUN or TAP'));
    expect(saidOf(report)).toMatchObject([
      {
        code: 'TUNNEL_FORWARDED',
        message: expect.stringContaining(`tun7, a TUN or TAP device of the command’s, carried`),
      },
    ]);
    expect(saidOf(report)[0]?.message).toContain(`${grouped(OCTETS)} B out`);
    expect(stderr).toContain('tun7');
    expect(status).toBe(125);
  });

  test('a device that is gone within milliseconds says what it has carried', async () => {
    forward(true);
    const { report, stderr, left, counted } = await compare(tunnel(`tun7 ${machine.far4} 20`));
    expect([left, counted]).toEqual([OCTETS, 0]);
    expect(report.method.errorBound.out, stderr).toBeGreaterThanOrEqual(OCTETS);
    expect(saidOf(report).map(({ code }) => code)).toEqual(['TUNNEL_FORWARDED']);
  });

  test('nothing is forwarded: nothing is said', async () => {
    forward(false);
    const { report, stderr, left, counted } = await compare(tunnel(`tun7 ${machine.far4} 20`));
    expect([left, counted]).toEqual([0, 0]);
    expect(report.method.errorBound, stderr).toEqual({ in: 0, out: 0 });
    expect(saidOf(report)).toEqual([]);
  });

  test('what the command’s own sockets send by its own tunnel is counted, and no more than that', async () => {
    forward(true);
    const send = `python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(bytes(972), ("10.44.0.9", 7000))'`;
    const { report, stderr, left, counted } = await compare(
      `(until ip link show dev tun7 up 2>/dev/null | grep -q .; do sleep 0.02; done; ${send}) | ${tunnel(`--stay tun7 ${machine.far4} 0`)}`,
    );
    expect([left, counted], stderr).toEqual([0, 1000]);
    expect(saidOf(report)).toEqual([]);
    expect(report.method.reasons ?? []).not.toContainEqual(expect.stringContaining('TUN'));
  });

  test('a port of a bridge', async () => {
    forward(false);
    const [near, router] = [machine.name, `${machine.name}-router`];
    machine.shell(`ip -n ${near} link add leg type veth peer name leg address 02:00:00:00:44:09 netns ${router}
      ip -n ${near} link add br7 type bridge; ip -n ${near} link set leg master br7
      for device in br7 leg; do ip -n ${near} link set $device up; done; ip -n ${router} link set leg up`);
    const { report, stderr, counted } = await compare(tunnel(`--tap br7 02:00:00:00:44:09 tap7 ${machine.far4} 20`));
    machine.shell(`ip -n ${near} link del leg; ip -n ${near} link del br7`);
    expect(counted).toBe(0);
    expect(report.method.errorBound.out, stderr).toBeGreaterThanOrEqual(OCTETS);
    expect(report.method.errorBound.out).toBeLessThan(1.1 * OCTETS);
    expect(saidOf(report)[0]?.message).toContain('a bridge may have forwarded');
  });

  test.each([
    ['before the command', 'exec', ''],
    ['meanwhile', 'read -r go; exec', 'echo; '],
  ])('a device that somebody else has %s is none of the command’s', async (_, when, go) => {
    forward(true);
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-tunnel-'));
    execFileSync('mkfifo', [`${folder}/go`]);
    const other = machine.start('sh', [
      '-c',
      `exec <>${folder}/go; ${when} ${tunnel(`--ask --stay tun8 ${machine.far4} 20`)}`,
    ]);
    try {
      if (when === 'exec') await once(other.stdout ?? other, 'data');
      const { report, stderr, left, counted } = await compare(`exec >${folder}/go; ${go}
        until ip link show dev tun8 up 2>/dev/null | grep -q .; do sleep 0.02; done
        # Time: netmeter looks at it meanwhile.
        sleep 0.5; echo; until [ "$(cat /sys/class/net/tun8/statistics/rx_packets)" -ge 20 ]; do sleep 0.02; done`);
      expect([left, counted]).toEqual([OCTETS, 0]);
      expect(saidOf(report), stderr).toEqual([]);
      expect(report.method.errorBound).toEqual({ in: 0, out: 0 });
    } finally {
      const gone = once(other, 'exit');
      other.kill();
      await gone;
      rmSync(folder, { recursive: true });
    }
  });

  test('in a namespace that was joined', async () => {
    forward(true);
    const words = ['--netns', machine.name, '--report', '-', '--', 'sh', '-euc', tunnel(`tun7 ${machine.far4} 20`)];
    const { stdout, stderr } = await runToEnd(process.execPath, [NETMETER, ...words]);
    const report = JSON.parse(stdout) as Measurement;
    expect(report.isolation.kind).toBe('join');
    expect(report.method.errorBound.out, stderr).toBeGreaterThanOrEqual(OCTETS);
    expect(saidOf(report).map(({ code }) => code)).toEqual(['TUNNEL_FORWARDED']);
  });

  test('where events had no room, it is not known what there was', async () => {
    const [isOfTree, isThere] = [() => false, false];
    using watch = new TunnelWatch({ isOfTree, isThere, guard: (work) => work });
    await watch.take({ messages: [], lost: true });
    expect(await watch.finish()).toMatchObject({ isComplete: false });
  });

  test('a process that is attached to, and has its device already', async () => {
    forward(true);
    const job = machine.start('python3', [program('tunnel.py'), '--ask', '--stay', 'tun9', machine.far4, '20']);
    await once(job.stdout ?? job, 'data');
    const pid = job.pid ?? 0;
    const metering = runToEnd(process.execPath, [NETMETER, 'attach', `${pid}`, '--report', '-']);
    await attachedTo(pid);
    job.stdin?.end('go\n');
    const { stdout, stderr } = await metering;
    const report = JSON.parse(stdout) as Measurement;
    expect(report.method.errorBound.out, stderr).toBeGreaterThanOrEqual(OCTETS);
    expect(saidOf(report).map(({ code }) => code)).toEqual(['TUNNEL_FORWARDED']);
  });
});
