import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { LOOKED } from './looked.js';
import { Machine } from './machine.js';

const traffic = (mode: string, address: string, count: number) =>
  `python3 ${program('traffic.py')} ${mode} ${address} 7000 ${count}`;

/** Asks for more than it stays for. */
const DIES = `import os, socket, sys
link = socket.create_connection((sys.argv[1], 7000)); link.sendall(b"get 9000000000\\n")
for _ in range(50): link.recv(1 << 16)
os.kill(os.getpid(), 9)`;

describePrivileged('in place: the command’s own sockets, beside everybody else’s', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.build(11);
  });
  afterAll(() => machine?.[Symbol.asyncDispose]());

  /** What was counted, and what the far end saw of both families together. */
  async function compare(script: string) {
    const before = await machine.totals();
    const { report, stderr, status } = await machine.measure(script, ['--in-place']);
    const after = await machine.totals();
    const truth = (way: 'in' | 'out', which: 0 | 1) =>
      ['ipv4', 'ipv6'].reduce((sum, family) => {
        const key = `${family}.${way}`;
        return sum + (after[key]?.[which] ?? 0) - (before[key]?.[which] ?? 0);
      }, 0);
    const wire = {
      in: { octets: truth('in', 0), packets: truth('in', 1) },
      out: { octets: truth('out', 0), packets: truth('out', 1) },
    };
    const { external } = report.traffic;
    const of = (way: 'in' | 'out') => ({ octets: external[way].wireOctets, packets: external[way].packets });
    return { report, stderr, status, wire, counted: { in: of('in'), out: of('out') } };
  }

  const both = (mode: string, count: number) =>
    `${traffic(mode, machine.far4, count)}; ${traffic(mode, machine.far6, count)}`;

  test.each<[string, () => string]>([
    ['downloads', () => both('download', 10_000_000)],
    ['uploads', () => both('upload', 10_000_000)],
    ['small requests', () => both('requests', 200)],
    ['datagrams', () => both('udp', 200)],
    ['a job that is killed while it receives', () => `python3 -c '${DIES}' ${machine.far4} || true`],
    ['a daemon', () => `setsid ${traffic('requests', machine.far4, 50)} >/dev/null 2>&1 &`],
  ])('%s: equal to the byte and packet', async (_, script) => {
    const { wire, counted, report, stderr } = await compare(script());
    expect(wire.out.octets).toBeGreaterThan(0);
    expect(counted, stderr).toEqual(wire);
    expect(report.method).toEqual({ name: 'cgroup', errorBound: { in: 0, out: 0 }, packetsIn: 'cgroup' });
    expect(report).not.toHaveProperty('contamination');
    expect(report.traffic.loopback.in.wireOctets).toBe(0);
  });

  describe('connections that are no socket any more', () => {
    /** Closes, or sends once more, long after its client has; and sends without an end to who asks for that. */
    const LATE = `import socket, threading, time
def serve(link):
    asked = link.recv(4)
    try:
        while asked == b"more": link.sendall(bytes(65536))
        link.sendall(b"a" * 500)
        while link.recv(1000): pass
        # Time: what comes late.
        time.sleep(0.3)
        if asked == b"late": link.sendall(b"z" * 300)
    except OSError: pass
    link.close()
server = socket.create_server(("::", 7100), family=socket.AF_INET6, dualstack_ipv6=True)
print("up", flush=True)
while True: threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()`;
    const ask = (address: string, what: string, then: string) => `python3 -c 'import os, socket
for _ in range(5):
    link = socket.create_connection(("${address}", 7100)); link.sendall(b"${what}"); link.recv(500); ${then}' || true`;
    let server: ChildProcess;
    beforeAll(async () => {
      server = spawn('ip', ['netns', 'exec', `${machine.name}-far`, 'python3', '-c', LATE], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(server.stdout ?? server, 'data');
    });
    afterAll(() => server?.kill('SIGKILL'));

    test.each([
      ['a FIN that comes late, and its acknowledgement', 'fins', 'link.close()'],
      ['data that comes late, and its reset', 'late', 'link.close()'],
      ['what was in flight when the process was killed, and its resets', 'more', 'os.kill(os.getpid(), 9)'],
    ])('%s: equal to the byte', async (_, what, then) => {
      for (const address of [machine.far4, machine.far6]) {
        const { wire, counted, report, stderr } = await compare(ask(address, what, then));
        expect(counted, stderr).toEqual(wire);
        expect(report.method.errorBound, stderr).toEqual({ in: 0, out: 0 });
      }
    });
  });

  describe('remotes', () => {
    /** What was sent twice is payload, too. */
    const atLeast = (payload: number) =>
      expect.toSatisfy((octets: number) => octets >= payload && octets < 2 * payload);
    const rowsOf = ({ remotes }: Measurement) =>
      (remotes?.rows ?? []).map(({ protocol, address, port, role, wireOctets, payloadOctets }) => ({
        ...{ protocol, address, port, role },
        wire: wireOctets,
        payload: payloadOctets,
      }));
    const PING = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
for _ in range(3): s.sendto(b"\\x08\\x00\\xf7\\xff" + bytes(4), ("%s", 0)); s.recv(100)`;

    test('each has what the far end saw of it: segments, datagrams and fragments with their headers', async () => {
      const sends = (family: string, address: string) =>
        `python3 -c 'import socket; socket.socket(socket.${family}, socket.SOCK_DGRAM).sendto(b"x" * 4000, ("${address}", 7000))'`;
      const { report, wire, stderr } = await compare(
        `${traffic('download', machine.far4, 3_000_000)}; ${traffic('upload', machine.far6, 3_000_000)}
         ${sends('AF_INET', machine.far4)}; ${sends('AF_INET6', machine.far6)}; python3 -c '${PING.replace('%s', machine.far4)}'`,
      );
      expect(report.remotes, stderr).toMatchObject({
        evidence: 'kernel-counters',
        unattributed: { in: 0, out: 0 },
        others: { remotes: 0, isComplete: true, wireOctets: { in: 0, out: 0 } },
      });
      const rows = rowsOf(report);
      for (const way of ['in', 'out'] as const) {
        expect(rows.reduce((sum, row) => sum + (row.wire[way] ?? Number.NaN), 0)).toBe(wire[way].octets);
      }
      const of = (protocol: string, address: string) =>
        rows.find((row) => row.protocol === protocol && row.address === address);
      expect(of('udp', machine.far4)).toMatchObject({
        port: 7000,
        wire: { out: 4000 + 8 + 3 * 20 },
        payload: { out: 4000 },
      });
      expect(of('udp', machine.far6)).toMatchObject({
        port: 7000,
        wire: { out: 4000 + 8 + 3 * 48 },
        payload: { out: 4000 },
      });
      expect(of('icmp', machine.far4)).toMatchObject({ port: null, role: null, wire: { out: 3 * 28 } });
      expect(of('tcp', machine.far4)).toMatchObject({
        port: 7000,
        role: 'client',
        payload: { in: atLeast(3_000_000) },
      });
      expect(of('tcp', machine.far6)?.payload.out).toBeGreaterThanOrEqual(3_000_000 + 'put 3000000\n'.length);
    });

    test('whoever connects to the command is shown with the command’s port', async () => {
      const serve = `python3 -c 'import socket
server = socket.create_server(("::", 7400), family=socket.AF_INET6, dualstack_ipv6=True)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("0.0.0.0", 7401))
open("$0", "w").close()
for _ in range(3):
    link, _ = server.accept(); link.recv(100); link.sendall(b"b" * 500); link.close()
_, far = udp.recvfrom(100); udp.sendto(b"c" * 300, far)'`;
      const ask = `import socket, os, time
while not os.path.exists("%s"): time.sleep(0.01)
for _ in range(3):
    link = socket.create_connection(("198.51.100.1", 7400)); link.sendall(b"a" * 10)
    while link.recv(1000): pass
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.sendto(b"q" * 50, ("198.51.100.1", 7401)); udp.recv(1000)`;
      const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
      const ready = join(folder, 'ready');
      try {
        const client = spawn('ip', ['netns', 'exec', `${machine.name}-far`, 'python3', '-c', ask.replace('%s', ready)]);
        const { report, stderr } = await machine.measure(serve.replace('$0', ready), ['--in-place']);
        client.kill('SIGKILL');
        const server = { role: 'server', address: machine.far4 };
        expect(rowsOf(report), stderr).toEqual(
          expect.arrayContaining([
            expect.objectContaining({ ...server, protocol: 'tcp', port: 7400, payload: { in: 30, out: 1500 } }),
            expect.objectContaining({ ...server, protocol: 'udp', port: 7401, payload: { in: 50, out: 300 } }),
          ]),
        );
        expect(report.remotes?.rows.find(({ port }) => port === 7400)).toMatchObject({ connections: 3, attempts: 3 });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    test('more than the table holds: none is lost, the largest of the others are rows', async () => {
      const spray = `import socket, sys
sender = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
for number in range(100_000):
    sender.sendto(b"d" * (1000 if number % 1000 == 7 else 10), (sys.argv[1] + f"{number >> 16:x}:{number & 65535:x}", 7000))`;
      // The far end need not keep up with them.
      machine.shell(`ip -n ${machine.name}-router -6 route add blackhole fd77::/32`);
      const { report, stderr } = await machine.measure(`python3 -c '${spray}' fd77::`, ['--in-place']);
      expect(report.traffic.external.out, stderr).toMatchObject({ wireOctets: 99_900 * 58 + 100 * 1048 });
      const { rows = [], others, unattributed } = report.remotes ?? {};
      expect(rows).toHaveLength(1000);
      expect(unattributed).toEqual({ in: 0, out: 0 });
      expect(rows.length + (others?.remotes ?? 0)).toBeGreaterThan(60_000);
      expect(others?.isComplete).toBe(false);
      const reported = rows.reduce((sum, { wireOctets }) => sum + (wireOctets.out ?? 0), 0);
      expect(reported + (others?.wireOctets.out ?? 0)).toBe(report.traffic.external.out.wireOctets);
      expect(rows.filter(({ wireOctets }) => wireOctets.out === 1048).length).toBeGreaterThan(60);
    });
  });

  test('others at full speed, to the same remote, add nothing', async () => {
    const other = machine.start('sh', ['-c', `echo up; exec ${traffic('download', machine.far4, 9_000_000_000)}`]);
    try {
      if (other.stdout) await once(other.stdout, 'data');
      const { report, stderr } = await machine.measure(traffic('udp', machine.far4, 100), ['--in-place']);
      const { external } = report.traffic;
      expect(external.out, stderr).toMatchObject({ wireOctets: 100 * 1028, packets: 100 });
      // Time: others transfer meanwhile.
      const idle = await machine.measure('sleep 0.5', ['--in-place', '--max-total', '0']);
      expect(idle.status, idle.stderr).toBe(0);
      expect(idle.report.traffic.external).toMatchObject({ in: { wireOctets: 0 }, out: { wireOctets: 0 } });
    } finally {
      other.kill('SIGKILL');
      await machine.forgetLost();
    }
  });

  describe('datagrams beyond the MTU', () => {
    const SEND = (address: string) => `python3 -c 'import socket
s = socket.socket(socket.AF_INET6 if ":" in "${address}" else socket.AF_INET, socket.SOCK_DGRAM)
for size in (1472, 1473, 2953, 4000, 60000): s.sendto(b"x" * size, ("${address}", 7000))'`;

    test.each([['options'], ['a routing header']])('IPv6 with %s: each fragment with what it repeats', async (what) => {
      // Hop-by-hop options, a segment routing header with one segment (RFC 8754), and destination options.
      const options = { hop: '(54, bytes([0, 0, 1, 4, 0, 0, 0, 0]))', to: '(59, bytes([0, 1, 0x1e, 12]) + bytes(12))' };
      const route = `(57, bytes([0, 2, 4, 0, 0, 0, 0, 0]) + socket.inet_pton(socket.AF_INET6, "${machine.far6}"))`;
      const given = what === 'options' ? [options.hop, options.to] : [options.hop, route, options.to];
      const { wire, counted, stderr, report } = await compare(`python3 -c 'import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
for option in (${given.join(', ')}): s.setsockopt(socket.IPPROTO_IPV6, *option)
for size in (1000, 3000, 4000, 60000): s.sendto(b"x" * size, ("${machine.far6}", 7000))'`);
      expect(wire.out.packets).toBeGreaterThan(40);
      expect(counted.out, stderr).toEqual(wire.out);
      expect(report.method.errorBound.out).toBe(0);
    });

    test.each([['IPv4'], ['IPv6']])('%s: each fragment with its headers', async (family) => {
      const { wire, counted, stderr } = await compare(SEND(family === 'IPv4' ? machine.far4 : machine.far6));
      expect(counted.out, stderr).toEqual(wire.out);
    });
  });

  describe('sockets that are not the command’s alone', () => {
    /** Opens a connection, and runs netmeter with it as the command's input. */
    const HAND_DOWN = `import socket, subprocess, sys
link = socket.create_connection((sys.argv[1], 7000))
sys.exit(subprocess.run(sys.argv[2:], stdin=link).returncode)`;

    test('one that was opened before the run and handed down is not counted, and distinguished', async () => {
      const enter = ['python3', '-c', HAND_DOWN, machine.far4];
      // Time: the rest of the answer comes.
      const script = `python3 -c 'import os; os.write(0, b"get 50000\n"); os.read(0, 1000)'; sleep 0.5`;
      const { report, stderr } = await machine.measure(script, ['--in-place', '--max-total', '1MB'], enter);
      expect(report.traffic.external, stderr).toMatchObject({ in: { wireOctets: 0 }, out: { wireOctets: 0 } });
      expect(report.bypasses, stderr).toContainEqual(
        expect.objectContaining({
          kind: 'inherited-socket',
          what: expect.stringContaining(`to ${machine.far4}:7000`),
          leadsOut: true,
        }),
      );
      // The budget cannot be judged by what was counted alone.
      expect(report.budget?.verdict).toBe('unmeasured');
    });

    test.each([['--in-place'], ['--isolation=veth']])(
      'one that is handed over between two looks is told by what came by it (%s)',
      async (way) => {
        const place = `/tmp/${machine.name}-giver`;
        const giver = machine.start('python3', [
          '-c',
          `import socket
server = socket.socket(socket.AF_UNIX); server.bind("${place}"); server.listen(); print("up", flush=True)
link = server.accept()[0]
far = socket.create_connection(("${machine.far4}", 7000))
socket.send_fds(link, [b"x"], [far.fileno()]); far.close(); link.recv(1)`,
        ]);
        try {
          if (giver.stdout) await once(giver.stdout, 'data');
          // It has closed the connection before anybody looks.
          const take = `import socket
link = socket.socket(socket.AF_UNIX); link.connect("${place}")
far = socket.socket(fileno=socket.recv_fds(link, 10, 1)[1][0]); link.close()
far.sendall(b"get 300000\\n")
while far.recv(1 << 16): pass`;
          const { report, status, stderr } = await machine.measure(`python3 -c '${take}'`, [way, '--max-total', '1MB']);
          const { external } = report.traffic;
          expect([external.in.wireOctets, external.out.wireOctets]).toEqual([0, 0]);
          expect(report.bypasses, stderr).toContainEqual(
            expect.objectContaining({
              kind: 'inherited-socket',
              what: expect.stringContaining(machine.far4),
              leadsOut: true,
            }),
          );
          expect(status).toBe(125);
        } finally {
          giver.kill('SIGKILL');
          machine.shell(`rm -f ${place}`);
        }
      },
    );

    test('one that was handed to somebody who lives on is counted as long as the run lasts', async () => {
      const place = `/tmp/${machine.name}-handed`;
      const keeper = machine.start('python3', [
        '-c',
        `import socket
server = socket.socket(socket.AF_UNIX); server.bind("${place}"); server.listen(); print("up", flush=True)
link = server.accept()[0]
_, fds, _, _ = socket.recv_fds(link, 10, 1)
sender = socket.socket(fileno=fds[0])
for _ in range(10): sender.send(bytes(1000))
link.send(b"sent"); link.recv(10)
for _ in range(10): sender.send(bytes(1000))
print("done", flush=True)`,
      ]);
      try {
        if (keeper.stdout) await once(keeper.stdout, 'data');
        const give = `import socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); sender.connect(("${machine.far4}", 7000))
link = socket.socket(socket.AF_UNIX); link.connect("${place}")
socket.send_fds(link, [b"x"], [sender.fileno()]); link.recv(10)`;
        const { counted, report } = await compare(`python3 -c '${give}'`);
        // The last ten may come before or after the run's end.
        expect(counted.out.packets).toBeGreaterThanOrEqual(10);
        expect(counted.out.octets).toBe((counted.out.packets ?? 0) * 1028);
        expect(report.bypasses?.map(({ kind }) => kind)).not.toContain('inherited-socket');
      } finally {
        keeper.kill('SIGKILL');
        machine.shell(`rm -f ${place}`);
      }
    });
  });

  test('a connect that a rule leads to a closed port of this machine leaves the bound as it was', async () => {
    const redirect = 'add table ip led; add chain ip led o { type nat hook output priority -100; }';
    const ruled = await machine.run('nft', [
      `${redirect}; add rule ip led o ip daddr 203.0.113.99 tcp dport 80 redirect to :9`,
    ]);
    expect(ruled.status, ruled.stderr).toBe(0);
    try {
      const script = `import socket
try: socket.create_connection(("203.0.113.99", 80), 20)
except ConnectionRefusedError: pass
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(bytes(1000), ("${machine.far4}", 7000))`;
      const { counted, wire, report } = await compare(`python3 -c '${script}'`);
      expect(report.protocol.tcp).toMatchObject({ connectionsFailed: 1, resetsSent: 1 });
      expect(counted).toEqual(wire);
      expect(report.method.errorBound).toEqual({ in: 0, out: 0 });
    } finally {
      await machine.run('nft', ['delete table ip led']);
    }
  });

  test('what is sent past IP is bounded, and warned of', async () => {
    const frames = `import socket
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); link.bind(("card0", 0x800))
for _ in range(20): link.send(bytes.fromhex("020000000002020000000001") + b"\\x08\\x00" + bytes(500))`;
    const { counted, report } = await compare(`python3 -c '${frames}'`);
    expect(counted.out).toEqual({ octets: 0, packets: 0 });
    // Errors that answer them have no socket that is counted.
    expect(report.method.errorBound).toEqual({ in: null, out: 20 * 514 });
    expect(report.warnings.map(({ code }) => code)).toContain('PAST_IP');
  });

  test('a multicast is counted once, though this machine gets a copy', async () => {
    const send = `import socket
far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
far.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("239.1.2.3") + socket.inet_aton("198.51.100.1"))
far.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("198.51.100.1"))
for _ in range(10): far.sendto(b"m" * 100, ("239.1.2.3", 7200))`;
    const { counted } = await compare(`python3 -c '${send}'`);
    expect(counted.out).toEqual({ octets: 10 * 128, packets: 10 });
  });

  test('what comes for many is counted once, however many of its sockets listen', async () => {
    const [group4, group6] = ['239.1.2.3', 'ff05::99'];
    const listen = (ready: string) => `python3 -c 'import socket, struct
AF4, AF6 = socket.AF_INET, socket.AF_INET6
link = struct.pack("I", socket.if_nametoindex("card0"))
sockets = []
for family in (AF4, AF6) * 3:
    s = socket.socket(family, socket.SOCK_DGRAM); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == AF6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind(("", 7201)); sockets.append(s)
    if family == AF4: s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("${group4}") + socket.inet_aton("198.51.100.1"))
    else: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(AF6, "${group6}") + link)
open("${ready}", "w").close()
for s in sockets:
    for _ in range(20 if s.family == AF4 else 10): s.recv(1000)'`;
    // Each is like the one before.
    const send = (ready: string) => `import socket, os, time
while not os.path.exists("${ready}"): time.sleep(0.01)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("198.51.100.2"))
for to in ("${group4}", "198.51.100.3") * 10: s.sendto(bytes(72), (to, 7201))
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("near"))
for _ in range(10): s.sendto(bytes(52), ("${group6}", 7201))`;
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    const ready = join(folder, 'ready');
    const words = ['netns', 'exec', `${machine.name}-router`, 'python3', '-c', send(ready)];
    const sender = spawn('ip', words, { stdio: ['ignore', 'ignore', 'inherit'] });
    try {
      const { counted, report, stderr } = await compare(listen(ready));
      expect(counted.in, stderr).toEqual({ octets: 30 * 100, packets: 30 });
      expect(report.remotes?.rows.map(({ wireOctets }) => wireOctets.in)).toEqual([2000, 1000]);
    } finally {
      sender.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });

  test('a device that comes meanwhile: its MTU says in how many pieces a datagram leaves', async () => {
    const make = `ip link add name nmdevice mtu 1400 type veth peer name nmpeer; ip addr add 203.0.113.1/24 dev nmdevice
      ip neigh add 203.0.113.2 lladdr 02:00:00:00:00:01 dev nmdevice; ip link set nmpeer up`;
    const send = `python3 -c '${LOOKED}
for _ in until_looked('$netmeter'): pass
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(bytes(3000), ("203.0.113.2", 7000))'`;
    try {
      const script = `netmeter=$PPID; ${make}; ip link set nmdevice up; ${send}`;
      const { report, stderr } = await machine.measure(script, ['--in-place', '--interval', '50ms']);
      const { wireOctets, packets } = report.traffic.external.out;
      expect({ wireOctets, packets }, stderr).toEqual({ wireOctets: 3000 + 8 + 3 * 20, packets: 3 });
      expect(report.method).toMatchObject({ name: 'cgroup', errorBound: { in: 0, out: 0 } });
    } finally {
      machine.shell(`ip -n ${machine.name} link del nmdevice`);
    }
  });

  test('what stays on this machine is distinguished', async () => {
    const loopback = `python3 ${program('traffic.py')} loopback 127.0.0.1 0 100000`;
    const own = `python3 ${program('traffic.py')} loopback 198.51.100.1 0 100000`;
    const { counted, report } = await compare(`${loopback}; ${own}`);
    expect(counted).toEqual({ in: { octets: 0, packets: 0 }, out: { octets: 0, packets: 0 } });
    for (const flow of [report.traffic.loopback, report.traffic.hostLocal]) {
      expect(flow?.in.wireOctets).toBeGreaterThan(100_000);
      expect(flow?.out.wireOctets).toBe(flow?.in.wireOctets);
    }
  });

  test('a budget holds, and is exceeded, by the command alone', async () => {
    const script = traffic('udp', machine.far4, 10);
    expect((await machine.measure(script, ['--in-place', '--max-out', `${10 * 1028}`])).status).toBe(0);
    expect((await machine.measure(script, ['--in-place', '--max-out', `${10 * 1028 - 1}`])).status).toBe(120);
  });

  test('signals that come meanwhile keep no program from being loaded', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    // A profiler's, five thousand a second: the verifier gives up at each.
    const profiled = ['--cpu-prof', '--cpu-prof-interval', '200', '--cpu-prof-dir', folder];
    const words = [...profiled, NETMETER, '-q', '--in-place', '--report', '-', '--', 'true'];
    const { stdout, stderr } = await runToEnd(process.execPath, words);
    expect(JSON.parse(stdout).method.name, stderr).toBe('cgroup');
    rmSync(folder, { recursive: true });
  });

  test('where it cannot be counted so, the machine’s counters are used', async () => {
    const weak = ['setpriv', '--inh-caps', '-bpf,-sys_admin', '--bounding-set', '-bpf,-sys_admin', '--'];
    const { report } = await machine.measure('true', ['--in-place', '--baseline-idle', '0'], weak);
    expect(report.method.name).toBe('proc-estimate');
    expect(report.contamination?.grade).toBe('unknown');
  });
});
