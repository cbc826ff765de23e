import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { measured, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { Wire } from './wire.js';

const IN_PLACE = ['--in-place', '--by', 'process'];

describePrivileged('how connections fared in place, by a program at the control group', () => {
  let wire: Wire;
  let other: ChildProcess;
  beforeAll(async () => {
    wire = await Wire.lay(34);
    // Others speak with the same server all the time.
    other = spawn('sh', ['-c', `echo up; while :; do ${traffic('requests', wire.ipv4, 20)}; done`], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    if (other.stdout) await once(other.stdout, 'data');
  });
  afterAll(async () => {
    if (other?.pid !== undefined) process.kill(-other.pid, 'SIGKILL');
    await wire?.[Symbol.asyncDispose]();
  });

  const traffic = (mode: string, address: string, count: number) =>
    `python3 ${program('traffic.py')} ${mode} ${address} 7000 ${count}`;
  const everyKind = (address: string) =>
    `${traffic('download', address, 2_000_000)}; ${traffic('upload', address, 1_000_000)}; ${traffic('requests', address, 30)}`;
  /** What its programs sent. */
  const SENT = 'get 2000000\n'.length + 1_000_000 + 'put 1000000\n'.length + 30 * 208;
  const rowOf = ({ remotes }: Measurement, address: string, role = 'client') =>
    remotes?.rows.find((row) => row.address === address && row.protocol === 'tcp' && row.role === role);

  test.each(['ipv4', 'ipv6'] as const)('without loss: all of them, and nothing retransmitted (%s)', async (family) => {
    const { report, stderr } = await measured(['sh', '-euc', everyKind(wire[family])], IN_PLACE);
    const row = rowOf(report, wire[family]);
    expect(row, stderr).toMatchObject({ connections: 32, tcp: { closed: 32, rttMs: expect.any(Number) } });
    // On a busy machine a timer may be early.
    expect((row?.payloadOctets.out ?? 0) - (row?.tcp?.retransmittedOctets ?? Number.NaN)).toBe(SENT);
  });

  test.each(['ipv4', 'ipv6'] as const)('with loss: what was retransmitted, to the octet (%s)', async (family) => {
    wire.inServer(
      `nft 'add table inet loss; add chain inet loss i { type filter hook prerouting priority -400; }; add rule inet loss i numgen random mod 20 == 0 drop'`,
    );
    try {
      const { report, stderr } = await measured(['sh', '-euc', everyKind(wire[family])], IN_PLACE);
      const row = rowOf(report, wire[family]);
      expect(row?.tcp, stderr).toMatchObject({ closed: 32, retransmittedOctets: expect.any(Number) });
      expect(row?.tcp?.retransmittedOctets).toBeGreaterThan(0);
      expect((row?.payloadOctets.out ?? 0) - (row?.tcp?.retransmittedOctets ?? Number.NaN)).toBe(SENT);
    } finally {
      wire.inServer('nft delete table inet loss');
    }
  });

  test('who was asked is distinguished from who has asked', async () => {
    const serve = `import socket
server = socket.create_server(("${wire.near4}", 7300))
link, _ = server.accept()
link.recv(300, socket.MSG_WAITALL); link.close()`;
    // Who asks is nobody of the command's.
    const ask = `import socket, time
while True:
    try: s = socket.create_connection(("${wire.near4}", 7300)); break
    except ConnectionRefusedError: time.sleep(0.02)
s.sendall(b"x" * 300); s.recv(9)`;
    const asking = runToEnd('ip', ['netns', 'exec', wire.namespace, 'python3', '-c', ask]);
    const { report, stderr } = await measured(['python3', '-c', serve], IN_PLACE);
    expect(await asking).toMatchObject({ status: 0 });
    expect(rowOf(report, wire.ipv4, 'server'), stderr).toMatchObject({
      port: 7300,
      tcp: { closed: 1, retransmittedOctets: 0, rttMs: expect.any(Number) },
    });
  });

  test('how they ended, and connects that came to none', async () => {
    wire.inServer(
      `nft 'add table inet deaf; add chain inet deaf i { type filter hook prerouting priority -400; }; add rule inet deaf i tcp dport 7002 drop'`,
    );
    try {
      const script = `import socket, struct
def ask(port=7000, seconds=None): return socket.create_connection(("${wire.ipv4}", port), seconds)
for _ in range(2):
    link = ask(); link.sendall(b"get 500\\n"); link.recv(500, socket.MSG_WAITALL); link.recv(1); link.close()
link = ask(); link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); link.close()
for port in (7001, 7001, 7001, 7002):
    try: ask(port, 0.5)
    except OSError: pass`;
      const { report, stderr } = await measured(['python3', '-c', script], IN_PLACE);
      const none = { finished: 0, aborted: 0, refused: 0, unanswered: 0 };
      const endsAt = (port: number) =>
        report.remotes?.rows.find((row) => row.address === wire.ipv4 && row.port === port)?.tcp?.ends;
      expect(endsAt(7000), stderr).toEqual({ ...none, finished: 2, aborted: 1 });
      expect(endsAt(7001)).toEqual({ ...none, refused: 3 });
      expect(endsAt(7002)).toEqual({ ...none, unanswered: 1 });
      expect(stderr).toMatch(/:7000 .* 3 conn, 1 aborted/);
      expect(stderr).toMatch(/:7001 .* 3 refused/);
    } finally {
      wire.inServer('nft delete table inet deaf');
    }
  });

  test('a connection that is still open at the end is in the numbers', async () => {
    // Its peer takes nothing and never answers the FIN.
    wire.inServer(
      `nft 'add table inet deaf; add chain inet deaf i { type filter hook prerouting priority -400; }; add rule inet deaf i tcp dport 7000 tcp flags fin drop'`,
    );
    try {
      const script = `import socket; s=socket.create_connection(("${wire.ipv6}",7000)); s.sendall(b"get 500\\n"); print(len(s.recv(500, socket.MSG_WAITALL)))`;
      const { report, stderr } = await measured(['python3', '-c', script], [...IN_PLACE, '--linger', '0.1s']);
      expect(rowOf(report, wire.ipv6), stderr).toMatchObject({
        connections: 1,
        tcp: { closed: 0, retransmittedOctets: 0 },
      });
    } finally {
      wire.inServer('nft delete table inet deaf');
    }
  });

  test('5 000 short connections: each end is seen', async () => {
    const { report, stderr } = await measured(['sh', '-euc', traffic('requests', wire.ipv6, 5000)], IN_PLACE);
    expect(rowOf(report, wire.ipv6)?.tcp, stderr).toMatchObject({
      closed: 5000,
      retransmittedOctets: expect.any(Number),
    });
  });
});
