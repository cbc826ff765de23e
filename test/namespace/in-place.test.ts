import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
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

  test('others at full speed, to the same remote, add nothing', async () => {
    const neighbour = machine.start('sh', ['-c', `echo up; exec ${traffic('download', machine.far4, 9_000_000_000)}`]);
    try {
      if (neighbour.stdout) await once(neighbour.stdout, 'data');
      const { report, stderr } = await machine.measure(traffic('udp', machine.far4, 100), ['--in-place']);
      const { external } = report.traffic;
      expect(external.out, stderr).toMatchObject({ wireOctets: 100 * 1028, packets: 100 });
      // Time: others transfer meanwhile.
      const idle = await machine.measure('sleep 0.5', ['--in-place', '--max-total', '0']);
      expect(idle.status, idle.stderr).toBe(0);
      expect(idle.report.traffic.external).toMatchObject({ in: { wireOctets: 0 }, out: { wireOctets: 0 } });
    } finally {
      neighbour.kill('SIGKILL');
    }
  });

  describe('datagrams beyond the MTU', () => {
    const SEND = (address: string) => `python3 -c 'import socket
s = socket.socket(socket.AF_INET6 if ":" in "${address}" else socket.AF_INET, socket.SOCK_DGRAM)
for size in (1472, 1473, 2953, 4000, 60000): s.sendto(b"x" * size, ("${address}", 7000))'`;

    test.each([['IPv4'], ['IPv6']])('%s: each fragment with its headers', async (family) => {
      const { wire, counted, stderr } = await compare(SEND(family === 'IPv4' ? machine.far4 : machine.far6));
      expect(counted.out, stderr).toEqual(wire.out);
    });
  });

  test('what is sent past IP is bounded, and warned of', async () => {
    const frames = `import socket
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); link.bind(("card0", 0x800))
for _ in range(20): link.send(bytes.fromhex("020000000002020000000001") + b"\\x08\\x00" + bytes(500))`;
    const { counted, report } = await compare(`python3 -c '${frames}'`);
    expect(counted.out).toEqual({ octets: 0, packets: 0 });
    expect(report.method.errorBound.out).toBe(20 * 514);
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

  test('what stays on this machine is told apart', async () => {
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

  test('where it cannot be counted so, the machine’s counters are used', async () => {
    const weak = ['setpriv', '--inh-caps', '-bpf,-sys_admin', '--bounding-set', '-bpf,-sys_admin', '--'];
    const { report } = await machine.measure('true', ['--in-place', '--baseline-idle', '0'], weak);
    expect(report.method.name).toBe('proc-estimate');
    expect(report.contamination?.grade).toBe('unknown');
  });
});
