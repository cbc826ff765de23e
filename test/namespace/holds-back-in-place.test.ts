import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { netmeter, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { Machine } from './machine.js';

const TRAFFIC = program('traffic.py');

const limitOf = ({ budget }: Measurement, kind: string) => budget?.limits.find((limit) => limit.kind === kind);

describePrivileged('holding back in place', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.build(15);
  });
  afterAll(() => machine?.[Symbol.asyncDispose]());

  const get = (host: string) =>
    `python3 ${TRAFFIC} requests ${host} 7000 1 2>/dev/null && echo ${host} || echo no ${host};`;
  const python = (script: string) => `python3 -c '${script}'`;

  /** A run, and the octets that the far end saw meanwhile. */
  async function compared(script: string, options: readonly string[], enter: readonly string[] = []) {
    const before = await machine.totals();
    const run = await machine.measure(script, ['--in-place', ...options], enter);
    const after = await machine.totals();
    const crossed = (way: 'in' | 'out') =>
      ['ipv4', 'ipv6'].reduce(
        (sum, each) => sum + (after[`${each}.${way}`]?.[0] ?? 0) - (before[`${each}.${way}`]?.[0] ?? 0),
        0,
      );
    const { external } = run.report.traffic;
    const reported = [external.in.wireOctets, external.out.wireOctets];
    return { ...run, reported, wire: [crossed('in'), crossed('out')] };
  }

  test.each(['far4', 'far6'] as const)('--deny refuses a connect at once, and lists it (%s)', async (far) => {
    const { stdout, stderr, report, reported, wire } = await compared(get(machine[far]), ['--deny', machine[far]]);
    expect(stdout, stderr).toBe(`no ${machine[far]}\n`);
    expect(report.attempts).toEqual([{ address: machine[far], protocol: 'tcp', port: 7000, packets: 1 }]);
    expect(stderr).toContain('7000, 1 packet refused');
    expect([reported, wire]).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test('--allow lets a network be reached, and what is denied within it not', async () => {
    const script = `${get(machine.far4)} ${get(machine.far6)}`;
    const allowed = await compared(script, ['--allow', `${machine.far4}/24`]);
    expect(allowed.stdout, allowed.stderr).toBe(`${machine.far4}\nno ${machine.far6}\n`);
    expect(allowed.reported).toEqual(allowed.wire);
    const denied = await machine.measure(script, [
      '--in-place',
      '--allow',
      '::/0',
      '--allow',
      '0.0.0.0/0',
      '--deny',
      machine.far4,
    ]);
    expect(denied.stdout, denied.stderr).toBe(`no ${machine.far4}\n${machine.far6}\n`);
  });

  test('an IPv4-mapped address is the IPv4 address', async () => {
    const { stdout, report } = await machine.measure(get(`::ffff:${machine.far4}`), [
      '--in-place',
      '--deny',
      machine.far4,
    ]);
    expect(stdout).toBe(`no ::ffff:${machine.far4}\n`);
    expect(report.attempts).toMatchObject([{ address: machine.far4, port: 7000 }]);
  });

  test('datagrams are refused with EPERM, by sockets that were connected too, and none is sent', async () => {
    const script = python(`
import socket
for way in ("sendto", "send"):
  s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
  try:
    if way == "sendto": s.sendto(b"x", ("${machine.far4}", 7000))
    else: s.connect(("${machine.far4}", 7000)); s.send(b"x")
  except PermissionError: print(way, "refused")
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
try: s.sendto(bytes([8, 0, 247, 255, 0, 0, 0, 0]), ("${machine.far4}", 0))
except PermissionError: print("ping refused")
`);
    const { stdout, stderr, report, wire } = await compared(script, ['--allow', machine.far6]);
    expect(stdout, stderr).toBe('sendto refused\nsend refused\nping refused\n');
    expect(wire).toEqual([0, 0]);
    expect(report.attempts).toEqual([
      { address: machine.far4, protocol: 'udp', port: 7000, packets: 2 },
      { address: machine.far4, protocol: 'icmp', port: null, packets: 1 },
    ]);
  });

  test('loopback and this machine are left alone, and who connects is answered', async () => {
    const script = `python3 ${TRAFFIC} loopback 127.0.0.1 0 1000 && echo loopback; ${python(`
import socket
try: socket.create_connection(("198.51.100.1", 1), 5)
except ConnectionRefusedError: print("this host was asked")
server = socket.create_server(("198.51.100.1", 7300)); print("listens", flush=True)
link = server.accept()[0]; link.sendall(b"answer"); link.close()
`)}`;
    const client = `ip netns exec ${machine.name}-far timeout 900 sh -c 'until python3 -c "
import socket; print(socket.create_connection((\\"198.51.100.1\\", 7300)).recv(9))" 2>/dev/null; do sleep 0.1; done'`;
    const running = machine.measure(script, ['--in-place', '--allow', '192.0.2.1']);
    machine.shell(client);
    const { stdout, stderr, report } = await running;
    expect(stdout, stderr).toBe('loopback\nthis host was asked\nlistens\n');
    expect(report.attempts).toEqual([]);
  });

  test.each([
    ['out', 'upload', 'far4'],
    ['out', 'upload', 'far6'],
    ['in', 'download', 'far4'],
    ['total', 'upload', 'far4'],
  ] as const)(
    '--enforce keeps a limit on %s of an %s to the packet (%s), and is reported as the far end saw it',
    async (kind, mode, far) => {
      const script = `python3 ${TRAFFIC} ${mode} ${machine[far]} 7000 50000000`;
      const { status, report, stderr, reported, wire } = await compared(script, ['--enforce', `--max-${kind}`, '5MB']);
      expect(status, stderr).toBe(120);
      expect(report.budget).toMatchObject({ verdict: 'exceeded', ended: true, enforced: true });
      expect(reported, stderr).toEqual(wire);
      expect(report.command.exit).toMatchObject({ kind: 'code' });
      if (kind === 'in') return;
      // Resets of the command's go out, so that the peer hears of the end.
      expect(limitOf(report, kind)?.overshoot).toBeLessThan(10_000);
      expect(report.traffic.blocked?.out.packets).toBeGreaterThan(0);
    },
  );

  test.each([
    ['datagrams', 'udp', 'far4', 200 * 1028],
    ['datagrams, IPv6', 'udp', 'far6', 200 * 1048],
    ['fragments', 'fragments', 'far4', 200 * 4068],
  ] as const)('%s are refused at one octet beyond the limit, and not at it', async (_, mode, far, octets) => {
    const script = `python3 ${TRAFFIC} ${mode} ${machine[far]} 7000 200`;
    const within = await compared(script, ['--enforce', '--max-out', `${octets}`]);
    expect(within.status, within.stderr).toBe(0);
    expect(limitOf(within.report, 'out')).toMatchObject({ verdict: 'within', used: octets });
    const beyond = await compared(script, ['--enforce', '--max-out', `${octets - 1}`]);
    expect(limitOf(beyond.report, 'out')).toMatchObject({ verdict: 'exceeded', overshoot: 0 });
    expect(beyond.reported, beyond.stderr).toEqual(beyond.wire);
    expect(beyond.report.traffic.blocked?.out).toEqual({
      ipOctets: octets / 200,
      packets: mode === 'fragments' ? 3 : 1,
    });
  });

  test('--kill refuses what follows the breach', async () => {
    const script = `trap '' TERM; python3 ${TRAFFIC} download ${machine.far4} 7000 9000000000 || true; ${get(machine.far6)}`;
    const options = ['--kill', '--max-in', '5MB', '--interval', '100ms', '--grace', '100s'];
    const { status, stderr, stdout, reported, wire } = await compared(script, options);
    expect(status, stderr).toBe(120);
    expect(stdout).toBe(`no ${machine.far6}\n`);
    expect(reported).toEqual(wire);
  });

  test('in a namespace that is joined, the same', async () => {
    const words = [
      '--netns',
      machine.name,
      '--deny',
      machine.far4,
      '--',
      'sh',
      '-c',
      get(machine.far4) + get(machine.far6),
    ];
    const { status, stdout, stderr } = await netmeter(words);
    expect([status, stdout], stderr).toEqual([0, `no ${machine.far4}\n${machine.far6}\n`]);
    expect(stderr).toContain(`blocked   tcp ${machine.far4}:7000, 1 packet refused`);
  });

  test('it is in place by itself where a namespace would not be what the machine is; names still need one', async () => {
    const rule = 'iif lo table 77';
    machine.shell(
      `ip -n ${machine.name} rule add ${rule}; ip -n ${machine.name} route add default via 198.51.100.2 table 77`,
    );
    try {
      const run = await machine.measure(get(machine.far4), ['--deny', machine.far4]);
      expect(run.stdout, run.stderr).toBe(`no ${machine.far4}\n`);
      expect(run.report.isolation.kind).toBe('host');
      const named = await machine.measure('echo ran', ['--deny', 'far.example']);
      expect(named.report.isolation.kind, named.stderr).toBe('veth');
    } finally {
      machine.shell(`ip -n ${machine.name} rule del ${rule}; ip -n ${machine.name} route del default table 77`);
    }
  });

  test('the command, were it root, cannot take the programs away, nor leave them behind', async () => {
    const { stdout } = await machine.measure(`nft flush ruleset; ${get(machine.far4)}`, [
      '--in-place',
      '--deny',
      machine.far4,
    ]);
    expect(stdout).toBe(`no ${machine.far4}\n`);
    const after = await machine.measure(get(machine.far4), ['--in-place']);
    expect(after.stdout).toBe(`${machine.far4}\n`);
  });

  test.each([
    ['a name', ['--allow', 'far.example'], 'names cannot be used in place'],
    ['a rate', ['--rate-limit', '1MB/s'], 'cannot limit the rate in host'],
  ])('%s is an error, and nothing runs', async (_, options, reason) => {
    const { status, stdout, stderr } = await netmeter(['--in-place', ...options, '--', 'echo', 'ran']);
    expect([status, stdout]).toEqual([125, '']);
    expect(stderr).toContain(reason);
  });
});
