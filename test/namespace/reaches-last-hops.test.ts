import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { Machine } from './machine.js';

const NUMBER = 60;

/** Says hello on each connection, from both families. */
const SERVER = `
import socket
server = socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
while True:
    peer, _ = server.accept()
    with peer:
        peer.sendall(b"metadata\\n")
`;
const ask = (address: string) =>
  `python3 -c 'import socket; print(socket.create_connection(("${address}", 80), 5).makefile().read(), end="")'`;

describePrivileged('a service whose answers go no further than this machine', () => {
  let machine: Machine;
  let server: ChildProcess;
  beforeAll(async () => {
    machine = await Machine.build(NUMBER);
    const router = `${machine.name}-router`;
    machine.shell(`
      ip -n ${router} addr add 169.254.169.254/32 dev near
      ip -n ${router} addr add fd00:ec2::254/128 dev near nodad
      ip netns exec ${router} sysctl -qw net.ipv4.ip_default_ttl=1 net.ipv6.conf.near.hop_limit=1
    `);
    server = spawn('ip', ['netns', 'exec', router, 'python3', '-c', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (server.stdout) await once(server.stdout, 'data');
  });
  afterAll(async () => {
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
    await machine[Symbol.asyncDispose]();
  });

  test.each(['169.254.169.254', 'fd00:ec2::254'])('%s answers in the namespace too', async (address) => {
    expect((await machine.run('sh', ['-c', ask(address)])).stdout).toBe('metadata\n');
    const { stdout, stderr, report } = await machine.measure(ask(address), ['--quiet']);
    expect(stdout, stderr).toBe('metadata\n');
    expect(report.isolation.kind).toBe('veth');
  });
});
