import { expect, test } from 'vitest';
import type { Protocol } from '../../src/measurement/traffic.js';
import { measured } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';

/** Over loopback, where both ends are in the namespace. */
const PRELUDE = `
import socket, struct, time, os
def listener(backlog=5):
    s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(backlog); return s
def pair():
    s = listener(); c = socket.create_connection(s.getsockname()); p, _ = s.accept(); return c, p
def failing(action):
    try: action()
    except OSError as error: print(error.errno)
`;

async function health(script: string) {
  const { report, stderr } = await measured(['python3', '-c', `${PRELUDE}\n${script}`]);
  expect(report.command.exit, stderr).toEqual({ kind: 'code', code: 0 });
  const errors = /^ {2}errors +(.*(?:\n {12}.*)*)/m.exec(stderr)?.[1]?.replaceAll(/\n +/g, ' ');
  return { protocol: report.protocol, errors };
}

describePrivileged('protocol health', () => {
  test.each([
    ['an exchange', `c, p = pair(); c.send(b'x'); p.recv(9); p.send(b'y'); c.recv(9); c.close(); p.close()`],
    [
      'a close with unread data',
      `c, p = pair(); p.send(b'x'); c.recv(1, socket.MSG_PEEK); c.close(); failing(lambda: p.recv(1))`,
    ],
    [
      'a listener closed before it accepted',
      `s = listener(); c = socket.create_connection(s.getsockname()); s.close(); failing(lambda: c.recv(1))`,
    ],
  ])('%s is no error', async (_, script) => {
    const { errors, protocol } = await health(script);
    expect(errors).toBeUndefined();
    expect(protocol.tcp).toMatchObject({
      resetsReceived: 0,
      connectionsRefused: 0,
      connectionsTimedOut: 0,
      listenDrops: 0,
    });
  });

  test('no counter is unknown on this kernel', async () => {
    const { protocol } = await health('pass');
    const groups: (keyof Protocol)[] = ['tcp', 'udp', 'icmp', 'link'];
    for (const group of groups) expect(JSON.stringify(protocol[group]), group).not.toContain('null');
  });

  test('connects that are refused', async () => {
    const { errors, protocol } = await health(`
for _ in range(2): failing(lambda: socket.create_connection(('127.0.0.1', 1)))`);
    expect(protocol.tcp).toMatchObject({ connectionsFailed: 2, connectionsRefused: 2, resetsSent: 2 });
    expect(errors).toBe('2 connects refused');
  });

  test('a connect that nobody answers', async () => {
    const { errors, protocol } = await health(`
open('/proc/sys/net/ipv4/tcp_syn_retries', 'w').write('1')
os.system("nft 'add table ip t; add chain ip t i { type filter hook input priority 0; }; add rule ip t i tcp dport 9 drop'")
failing(lambda: socket.create_connection(('127.0.0.1', 9)))`);
    const { retransmittedSegments: repeated } = protocol.tcp;
    expect(protocol.tcp).toMatchObject({ connectionsTimedOut: 1, connectionsRefused: null, synRetransmits: repeated });
    expect(errors).toBe(`1 connection timed out, ${repeated} retransmitted`);
  });

  test('datagrams that nobody takes, of both families', async () => {
    const { errors, protocol } = await health(`
for family, address in (socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1'):
    s = socket.socket(family, socket.SOCK_DGRAM); s.sendto(b'x', (address, 9))`);
    expect(protocol.udp).toMatchObject({ noPort: 2, errors: 0 });
    expect(protocol.icmp.in.destinationUnreachable).toBe(2);
    expect(protocol.icmp.out.destinationUnreachable).toBe(2);
    expect(errors).toBe('2 ICMP unreachable');
  });

  test('a reader that is too slow', async () => {
    const { errors, protocol } = await health(`
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0)); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
for _ in range(50): s.sendto(b'x' * 1000, s.getsockname())`);
    const { receiveBufferErrors: dropped } = protocol.udp;
    expect(dropped).toBeGreaterThan(0);
    expect(protocol.udp.errors).toBe(dropped);
    expect(errors).toBe(`${dropped} UDP dropped by a full buffer`);
  });

  test('a listener that does not accept', async () => {
    const { errors, protocol } = await health(`
s = listener(1)
cs = [socket.socket() for _ in range(5)]
for c in cs: c.setblocking(False); c.connect_ex(s.getsockname())
def overflows():
    names, values = [line.split() for line in open('/proc/net/netstat') if line.startswith('TcpExt:')]
    return int(values[names.index('ListenOverflows')])
while overflows() == 0: time.sleep(.01)`);
    const { listenDrops, listenOverflows } = protocol.tcp;
    expect(listenOverflows).toBeGreaterThan(0);
    expect(errors).toContain(`${listenDrops} dropped at a listener`);
  });
});
