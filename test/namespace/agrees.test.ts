import { afterAll, beforeAll, expect, test } from 'vitest';
import { measured, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { Wire } from './wire.js';

const TRAFFIC = program('traffic.py');

const SAME = { difference: { in: 0, out: 0 }, explainedBy: [], unexplained: { in: 0, out: 0 } };

describePrivileged('the links and the command’s sockets, counted apart', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await Wire.lay(37);
  });
  afterAll(() => wire?.[Symbol.asyncDispose]());

  const traffic = (mode: string, address: string, count: number) =>
    `python3 ${TRAFFIC} ${mode} ${address} 7000 ${count}`;
  const run = (script: string, ...options: string[]) => measured(['sh', '-euc', script], options);

  test.each([
    ['a download', 'download', 5_000_000],
    ['an upload', 'upload', 5_000_000],
    ['requests', 'requests', 50],
    ['datagrams', 'udp', 100],
    ['fragments', 'fragments', 20],
    ['datagrams that the kernel segments', 'segmented', 20],
  ])('are the same for %s, IPv4 and IPv6', async (_, mode, count) => {
    const { report, stderr } = await run(`${traffic(mode, wire.ipv4, count)}; ${traffic(mode, wire.ipv6, count)}`);
    expect(report.traffic.external.out.packets).toBeGreaterThan(0);
    expect(report.method.agreement, stderr).toEqual(SAME);
    expect(report.method.errorBound).toEqual({ in: 0, out: 0 });
  });

  test('differ by what packet sockets send, which is reported', async () => {
    const script = `python3 -c '
import socket, time
# Time: the run has begun to watch.
time.sleep(0.3)
link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0x0800)
link.bind(("nm4", 0x0800)); mac = link.getsockname()[4]
head = bytes([0x45, 0, 0, 20, 0, 1, 0, 0, 64, 253, 0, 0]) + socket.inet_aton("198.18.0.2") + socket.inet_aton("${wire.ipv4}")
for _ in range(10): link.sendto(head, ("nm4", 0x0800, 0, 0, mac[:5] + bytes([mac[5] - 1])))'`;
    const { report, stderr } = await run(script);
    expect(report.traffic.external.out.wireOctets, stderr).toBe(200);
    expect(report.method.agreement).toMatchObject({
      difference: { out: 200 },
      explainedBy: ['packet-sockets'],
      unexplained: { in: 0, out: 0 },
    });
  });

  test('differ by an ICMP error, and by what the kernel refused', async () => {
    const closed = await run(`python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("${wire.ipv4}", 1)); s.send(b"x")
try: s.recv(9)
except ConnectionRefusedError: pass'`);
    // The far end's error has the datagram in it (RFC 1812, 4.3.2.3).
    expect(closed.report.method.agreement, closed.stderr).toEqual({
      difference: { in: 57, out: 0 },
      explainedBy: ['icmp'],
      unexplained: { in: 0, out: 0 },
    });
    const refused = await run(`${traffic('udp', wire.ipv4, 20)} || true`, '--enforce', '--max-out', '5000');
    expect(refused.report.method.agreement?.unexplained, refused.stderr).toEqual({ in: 0, out: 0 });
    expect(refused.report.traffic.blocked?.out.packets).toBeGreaterThan(0);
  });

  test('differ by what a namespace of the command’s own sends through', async () => {
    const { report, stderr } = await run(`
      unshare --net sleep 1000 & inner=$!
      until [ "$(readlink /proc/$inner/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
      ip link add vn type veth peer name vp netns $inner
      ip addr add 192.168.77.1/24 dev vn; ip link set vn up
      nsenter -t $inner -n sh -c 'ip addr add 192.168.77.2/24 dev vp; ip link set vp up; ip route add default via 192.168.77.1'
      echo 1 >/proc/sys/net/ipv4/ip_forward
      nft add table ip nat; nft 'add chain ip nat out { type nat hook postrouting priority 100; }'
      nft 'add rule ip nat out ip saddr 192.168.77.0/24 masquerade'
      nsenter -t $inner -n ${traffic('udp', wire.ipv4, 20)}
      kill $inner`);
    expect(report.traffic.external.out.wireOctets, stderr).toBe(20 * 1028);
    expect(report.method.agreement).toMatchObject({ difference: { out: 20 * 1028 }, unexplained: { in: 0, out: 0 } });
    expect(report.method.agreement?.explainedBy).toContain('nested-namespaces');
  });
});
