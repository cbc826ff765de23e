import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { Machine } from './machine.js';
import { MAKE, SEND } from './nested-script.js';

/** Answers one connection with as many octets as it got, and one datagram with itself. */
const SERVE = `python3 -c 'import socket
server = socket.create_server(("", 7300)); udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("", 7301))
link, _ = server.accept()
while link.recv(65536): pass
link.close()
udp.sendto(*udp.recvfrom(2000))'`;
const ASK = (address: string) => `python3 -c 'import socket, time
while True:
    try: link = socket.create_connection(("${address}", 7300)); break
    except ConnectionRefusedError: time.sleep(0.02)
link.sendall(bytes(1000000)); link.shutdown(1); link.recv(1)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.sendto(bytes(1000), ("${address}", 7301)); udp.recv(2000)'`;

/** Carries datagrams of a device there to the far end, each as a datagram of its own, as pasta would. */
const CARRY = `ready=$(mktemp -u); python3 -c 'import ctypes, fcntl, os, socket, struct
enter = lambda process: ctypes.CDLL(None).setns(os.open(f"/proc/{process}/ns/net", 0), 0x40000000)
enter('$inner1')
tun = os.open("/dev/net/tun", os.O_RDWR); fcntl.ioctl(tun, 0x400454ca, struct.pack("16sH14x", b"tun0", 0x1001))
os.system("ip addr add 10.9.9.2/24 dev tun0; ip link set tun0 up; ip route replace default dev tun0")
enter('$$')
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
open("'$ready'", "w").close()
while True:
    packet = os.read(tun, 65536)
    if packet[0] >> 4 == 4 and packet[9] == 17: sender.sendto(packet[28:], (socket.inet_ntoa(packet[16:20]), 7000))' & transport=$!
  until [ -e $ready ]; do sleep 0.02; done; rm $ready`;

/** Hears one datagram that a process of its own sends from a namespace that somebody else has made. */
const ENTER = (namespace: string, address: string) => `python3 -c 'import socket, subprocess, sys
hearer = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); hearer.bind(("::", 7000))
subprocess.run(["ip", "netns", "exec", "${namespace}", *sys.argv[1:]], check=True); hearer.recv(2000)' ${SEND(address, 500)}`;

/** Asks for more than it stays for. */
const DIES = (address: string) => `python3 -c 'import os, socket
link = socket.create_connection(("${address}", 7000)); link.sendall(b"get 9000000000\\n")
for _ in range(50): link.recv(1 << 16)
os.kill(os.getpid(), 9)' || true`;

/** Two namespaces that are joined by a pair of devices alone, exchange a datagram with those addresses, and end. */
const TWINS = `twins() {
  # Time: they live until they are killed.
  unshare --net sleep 1000 & one=$!; unshare --net sleep 1000 & two=$!
  for each in $one $two; do until [ "$(readlink /proc/$each/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done; done
  ip link add end1 netns $one type veth peer name end2 netns $two
  nsenter -t $one -n sh -c 'ip addr add 10.77.2.1/30 dev end1; ip addr add fd77:200::1/64 dev end1 nodad; ip link set end1 up'
  nsenter -t $two -n sh -c 'ip addr add 10.77.2.2/30 dev end2; ip addr add fd77:200::2/64 dev end2 nodad; ip link set end2 up'
  nsenter -t $one -n ${SEND('10.77.2.2', 500)}; nsenter -t $one -n ${SEND('fd77:200::2', 500)}
  nsenter -t $two -n ${SEND('10.77.2.1', 500)}; nsenter -t $two -n ${SEND('fd77:200::1', 500)}
  kill $one $two; wait $one $two || true; one= two=
}
one= two=; trap 'kill $one $two 2>/dev/null || true' EXIT`;

describePrivileged('in place: other namespaces than the command’s', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.build(12);
  });
  afterAll(() => machine?.[Symbol.asyncDispose]());

  /** What was counted, and what the far end saw. */
  async function compare(script: string) {
    const before = await machine.totals();
    const { report, stderr, status } = await machine.measure(script, ['--in-place']);
    const after = await machine.totals();
    expect(status, stderr).toBe(0);
    const seen = (way: 'in' | 'out') =>
      ['ipv4', 'ipv6'].reduce((sum, family) => {
        const key = `${family}.${way}`;
        return sum + (after[key]?.[0] ?? 0) - (before[key]?.[0] ?? 0);
      }, 0);
    const { external } = report.traffic;
    const counted = { in: external.in.wireOctets, out: external.out.wireOctets };
    return { report, stderr, counted, wire: { in: seen('in'), out: seen('out') } };
  }

  const addressesIn = ({ remotes }: Measurement) => [...new Set(remotes?.rows.map(({ address }) => address))];

  const traffic = (mode: string, address: string, count: number) =>
    `python3 ${program('traffic.py')} ${mode} ${address} 7000 ${count}`;

  test('what is forwarded for them is counted once, what they say to their own links is not', async () => {
    // Time: who has seen by what devices they lead out, and the groups that IPv6 joins are reported.
    const { report, counted, wire, stderr } = await compare(`${MAKE}; sleep 0.5
      for address in ${machine.far4} ${machine.far6}; do
        in1 ${traffic('download', '$address', 3_000_000)}
        in1 ${traffic('upload', '$address', 3_000_000)}
      done
      # Time: netmeter looks at it meanwhile.
      in1 ${SEND(machine.far4, 4000)}; in1 ${SEND(machine.far6, 4000)}; sleep 0.2`);
    expect(wire.out).toBeGreaterThan(6_000_000);
    expect(counted, stderr).toEqual(wire);
    expect(report.remotes?.unattributed).toEqual({ in: 0, out: 0 });
    expect(report.remotes?.rows.map(({ address }) => address)).not.toContainEqual(expect.stringMatching(/^ff02/));
    expect(report.warnings.map(({ code }) => code)).not.toContain('NESTED_UNCERTAIN');
  });

  test('what they exchange with each other, with the rest of the job and with this machine has not left', async () => {
    // Time: netmeter looks at it meanwhile.
    const { report, counted, wire, stderr } = await compare(`${MAKE}; make 2; sleep 0.5
      in2 ${SERVE} & in1 ${ASK('192.168.72.2')}; wait $!
      in1 ${SERVE} & ${ASK('192.168.71.2')}; wait $!
      ${SERVE} & in1 ${ASK('192.168.71.1')}; wait $!
      ${SEND(machine.far4, 500)}`);
    expect(wire).toEqual({ in: 0, out: 528 });
    expect(counted, stderr).toEqual(wire);
    expect(
      report.remotes?.rows.map(({ address }) => address),
      stderr,
    ).toEqual([machine.far4]);
    expect(report.remotes?.unattributed).toEqual({ in: 0, out: 0 });
    expect(report.method.errorBound).toEqual({ in: 0, out: 0 });
  });

  test('what a program carries for one is counted where that sends it', async () => {
    const { report, counted, wire, stderr } = await compare(`
      # Time: netmeter looks at it meanwhile.
      transport=; trap 'kill $inner1 $transport 2>/dev/null || true' EXIT; unshare --net sleep 1000 & inner1=$!; sleep 0.1
      ${CARRY}
      # Time: netmeter looks at it meanwhile.
      sleep 0.5; for n in 1 2 3; do nsenter -t $inner1 -n ${SEND(machine.far4, 500)}; done; sleep 0.2`);
    expect(wire).toEqual({ in: 0, out: 3 * 528 });
    expect(counted, stderr).toEqual(wire);
    expect(report.method.errorBound).toEqual({ in: 0, out: 0 });
  });

  test('where both may be, that is in the bound, and reported', async () => {
    const { report, counted, wire, stderr } = await compare(`${MAKE}
      ${CARRY}
      # Time: netmeter looks at it meanwhile.
      sleep 0.5; in1 ${SEND(machine.far4, 500)}; in1 ip route replace default via 192.168.71.1; in1 ${SEND(machine.far4, 500)}
      # Time: netmeter looks at it meanwhile.
      sleep 0.2`);
    expect(wire.out).toBe(2 * 528);
    expect(counted.out, stderr).toBe(3 * 528);
    expect(report.method.errorBound.out).toBe(2 * 528);
    expect(report.warnings.map(({ code }) => code)).toContain('NESTED_UNCERTAIN');
  });

  test.each(['ipv4', 'ipv6'] as const)(
    'one that was there before stays somebody else’s, though a process goes into it: %s',
    async (family) => {
      const [near, far] = family === 'ipv4' ? [machine.near4, machine.far4] : [machine.near6, machine.far6];
      const { report, counted, wire, stderr } = await compare(
        `${ENTER(`${machine.name}-far`, near)}; ${traffic('download', far, 519_000)}`,
      );
      expect(wire.in).toBeGreaterThan(519_000);
      expect(counted, stderr).toEqual(wire);
      // Who has gone there sends to this machine.
      expect(report.traffic.hostLocal?.out.wireOctets).toBe(family === 'ipv4' ? 528 : 548);
      expect(addressesIn(report)).toEqual([far]);
    },
  );

  test('one that was there before and one of its own are distinguished in one run', async () => {
    // Time: netmeter looks at it meanwhile.
    const { report, counted, wire, stderr } = await compare(`${MAKE}; sleep 0.5
      in1 ${SERVE} & ${ASK('192.168.71.2')}; wait $!
      ${ENTER(`${machine.name}-far`, machine.near4)}
      in1 ${traffic('download', machine.far4, 300_000)}; ${traffic('download', machine.far4, 519_000)}`);
    expect(wire.in).toBeGreaterThan(819_000);
    expect(counted, stderr).toEqual(wire);
    expect(addressesIn(report)).toEqual([machine.far4]);
  });

  test('what a process receives in one that was there before is counted once', async () => {
    const { counted, wire, stderr } = await compare(
      `ip netns exec ${machine.name}-router ${traffic('download', machine.far4, 519_000)}`,
    );
    expect(wire.in).toBeGreaterThan(519_000);
    expect(counted, stderr).toEqual(wire);
  });

  describe('an address of one of its own that somebody outside has, too', () => {
    beforeAll(() => {
      machine.shell(`for address in 10.77.2.2/32 fd77:200::2/128; do
          ip -n ${machine.name}-far addr add $address dev lo
        done
        ip -n ${machine.name}-router route add 10.77.2.2/32 via ${machine.far4}
        ip -n ${machine.name}-router route add fd77:200::2/128 via ${machine.far6}`);
    });

    test.each([
      ['10.77.2.2', 'before', 'download'],
      ['10.77.2.2', 'before', 'upload'],
      ['10.77.2.2', 'after', 'download'],
      ['fd77:200::2', 'before', 'download'],
      ['fd77:200::2', 'before', 'upload'],
      ['fd77:200::2', 'after', 'upload'],
      // What comes for its connection meets no socket.
      ['10.77.2.2', 'before', 'killed'],
      ['fd77:200::2', 'before', 'killed'],
    ])(
      '%s: what comes from outside or goes there is counted, with its own used %s a %s',
      async (address, when, mode) => {
        const move = mode === 'killed' ? DIES(address) : traffic(mode, address, 300_000);
        const outside = `${move}; ${SEND(address, 700)}`;
        const parts = when === 'before' ? ['twins', outside] : [outside, 'twins'];
        const { report, counted, wire, stderr } = await compare(`${TWINS}; ${parts.join('; ')}`);
        expect(wire[mode === 'upload' ? 'out' : 'in']).toBeGreaterThan(300_000);
        expect(counted, stderr).toEqual(wire);
        expect(addressesIn(report)).toEqual([address]);
        expect(report.remotes?.unattributed).toEqual({ in: 0, out: 0 });
      },
    );

    test.each([
      ['a pair’s end that was here', 'ip link add near type veth peer name moved', 'near'],
      [
        'a bridge that was here',
        'ip link add near type bridge; ip link add port type veth peer name moved; ip link set port master near up',
        'near',
      ],
    ])('%s leads to one of its own, and what went there has not left', async (_, make, device) => {
      machine.shell(`ip netns exec ${machine.name} sh -euc '${make}; ip addr add 10.77.2.1/30 dev ${device}
        ip addr add fd77:200::1/64 dev ${device} nodad; ip link set ${device} up; ip link set moved up'`);
      try {
        const { report, counted, wire, stderr } = await compare(`
          unshare --net sleep 1000 & one=$!; trap 'kill $one' EXIT
          until [ "$(readlink /proc/$one/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
          ip link set moved netns $one
          nsenter -t $one -n sh -c 'ip addr add 10.77.2.2/30 dev moved; ip addr add fd77:200::2/64 dev moved nodad; ip link set moved up'
          nsenter -t $one -n ${SERVE} & ${ASK('10.77.2.2')}; wait $!; ${SEND(machine.far4, 500)}`);
        expect(wire).toEqual({ in: 0, out: 528 });
        expect(counted, stderr).toEqual(wire);
        expect(addressesIn(report)).toEqual([machine.far4]);
      } finally {
        // A pair goes with the namespace that has its other end.
        machine.shell(`for each in near port; do ip -n ${machine.name} link del $each 2>/dev/null || true; done`);
      }
    });
  });
});
