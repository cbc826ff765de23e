import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { Machine } from './machine.js';

/** Answers a question ten times when its asker's socket is closed, and sends to 200 ports that nobody has. */
const FAR = `import socket
question = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); question.bind(("::", 7300))
gate = socket.create_server(("::", 7301), family=socket.AF_INET6, dualstack_ipv6=True)
print("up", flush=True)
for _ in range(2):
    _, peer = question.recvfrom(100)
    link, _ = gate.accept()
    for _ in range(10): question.sendto(b"x" * 400, peer)
    for port in range(20000, 20200): question.sendto(b"y" * 1000, (peer[0], port, 0, 0))
    link.close()`;

/** Sends 2000 errors that quote datagrams which nobody has sent. */
const FORGE = `import socket, struct
def sum16(octets):
    total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets))
    return ~((total & 0xffff) + (total >> 16)) & 0xffff
gate = socket.create_server(("0.0.0.0", 7302))
print("up", flush=True)
link, peer = gate.accept()
quoted = struct.pack("!BBHHHBBH4s4sHHHH", 0x45, 0, 28, 0, 0, 64, 17, 0, socket.inet_aton(peer[0]), bytes((192, 0, 2, 9)), 9, 9, 8, 0)
error = b"\\x03\\x03" + bytes(6) + quoted
error = error[:2] + struct.pack("!H", sum16(error)) + error[4:]
forger = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
for _ in range(2000): forger.sendto(error, (peer[0], 0))
link.close()`;

/** Closes what it has asked by before it has the answers sent. */
const ASK = `import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
asked = socket.socket(family, socket.SOCK_DGRAM); asked.sendto(b"?", (sys.argv[1], 7300)); asked.close()
socket.create_connection((sys.argv[1], 7301)).recv(1)`;

describePrivileged('in place: what comes for nobody', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.build(47);
  });
  afterAll(() => machine?.[Symbol.asyncDispose]());

  test('those for a socket of the command’s that was closed are the bound, and others’ are nobody’s', async () => {
    const far = spawn('ip', ['netns', 'exec', `${machine.name}-far`, 'python3', '-c', FAR]);
    try {
      await once(far.stdout, 'data');
      for (const [address, headers] of [
        [machine.far4, 28],
        [machine.far6, 48],
      ] as const) {
        const { report, stderr } = await machine.measure(`python3 -c '${ASK}' ${address}`, ['--in-place']);
        expect(report.method.errorBound.in, stderr).toBe(10 * (400 + headers));
        expect(report.method.reasons).toContain('datagrams came for sockets that were closed, or for nobody');
      }
    } finally {
      far.kill('SIGKILL');
    }
  });

  test('errors that answer nothing that the command sent are not in the bound', async () => {
    const far = spawn('ip', ['netns', 'exec', `${machine.name}-far`, 'python3', '-c', FORGE]);
    try {
      await once(far.stdout, 'data');
      const ask = `import socket; socket.create_connection(("${machine.far4}", 7302)).recv(1)`;
      const { report, stderr } = await machine.measure(`python3 -c '${ask}'`, ['--in-place']);
      const { packets } = report.traffic.external.out;
      expect(packets, stderr).toBeLessThan(100);
      expect(report.method.errorBound).toEqual({ in: 576 * (packets ?? 0), out: 0 });
    } finally {
      far.kill('SIGKILL');
    }
  });
});
