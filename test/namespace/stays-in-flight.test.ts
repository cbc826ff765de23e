import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measured, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { Wire } from './wire.js';

const IPPROTO_MPTCP = 262;

/** Takes the first of what a client has sent, and the rest when that is long gone. */
const SLOW = `import socket, threading, time
def serve(link):
    link.recv(1000)
    # Time: nothing moves for a while.
    time.sleep(0.4)
    while link.recv(1 << 16): pass
    link.close()
def listen(protocol, port):
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    server.bind(("0.0.0.0", port)); server.listen()
    while True: threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
for protocol, port in ((6, 7201), (${IPPROTO_MPTCP}, 7202)): threading.Thread(target=listen, args=(protocol, port)).start()
print("up", flush=True)`;

/** Leaves as soon as the kernel has all of it. */
const LEAVES = `import socket, sys
link = socket.socket(socket.AF_INET, socket.SOCK_STREAM, int(sys.argv[2]))
link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
link.connect((sys.argv[1], int(sys.argv[3]))); link.sendall(bytes(100_000)); link.close()`;

describePrivileged('what a command left to the kernel to send is counted, however long nothing moves', () => {
  let wire: Wire;
  let server: ChildProcess;
  beforeAll(async () => {
    wire = await Wire.lay(46);
    server = spawn('ip', ['netns', 'exec', wire.namespace, 'python3', '-c', SLOW], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(server.stdout ?? server, 'data');
  });
  afterAll(async () => {
    server?.kill('SIGKILL');
    await wire?.[Symbol.asyncDispose]();
  });

  test.for<[string, string, number, number]>([
    ['TCP', 'veth', 6, 7201],
    ['TCP', 'host', 6, 7201],
    ['Multipath TCP', 'veth', IPPROTO_MPTCP, 7202],
    ['Multipath TCP', 'host', IPPROTO_MPTCP, 7202],
  ])('%s (%s)', async ([, isolation, protocol, port], { skip }) => {
    skip(spawnSync('python3', [program('payload.py'), 'multipath', '127.0.0.1', '9', '1']).status === 75, 'no MPTCP');
    const before = await wire.totals();
    const command = ['python3', '-c', LEAVES, wire.ipv4, `${protocol}`, `${port}`];
    const { report, stderr } = await measured(command, ['--isolation', isolation, '--linger', '60s']);
    const after = await wire.totals();
    const { in: incoming, out } = report.traffic.external;
    expect(out.wireOctets, stderr).toBeGreaterThan(100_000);
    expect({ in: incoming.wireOctets, out: out.wireOctets }, stderr).toEqual({
      in: after['ipv4.in'][0] - before['ipv4.in'][0],
      out: after['ipv4.out'][0] - before['ipv4.out'][0],
    });
    expect(report.warnings).toEqual([]);
  });
});
