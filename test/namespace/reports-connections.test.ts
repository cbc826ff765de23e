import { execFileSync, spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RemoteTally } from '../../src/attribution/remotes/remote-tally.js';
import { ClosedConnections } from '../../src/evidence/connections/closed-connections.js';
import { openVeth } from '../../src/isolation/veth/open-veth.js';
import type { Measurement } from '../../src/measurement/measurement.js';
import type { Balance } from '../../src/measurement/processes.js';
import { measured, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { Wire } from './wire.js';

const rowOf = ({ remotes }: Measurement, address: string) =>
  remotes?.rows.find((row) => row.address === address && row.protocol === 'tcp');

function balanceOf({ processes }: Measurement, way: 'in' | 'out'): Balance {
  if (!processes || processes.evidence === 'none') throw new Error(`nothing is reported: ${processes?.reason}`);
  return processes.balance[way];
}

/**
 * What came in beyond what the programs got. Whose last segment comes once more, when its connection is over here, is
 * answered by a reset, and from then on it is open whether such a rest came twice or for nobody.
 */
function expectRestIn(report: Measurement, received: number): void {
  const rest = (report.remotes?.payloadOctets.in ?? Number.NaN) - received;
  expect(balanceOf(report, 'in')).toMatchObject(
    report.protocol.tcp.resetsSent === 0
      ? { retransmittedOctets: rest, unattributedOctets: 0 }
      : { retransmittedOctets: null, unattributedOctets: rest },
  );
}

describePrivileged('how connections fared, as the kernel reports it at their end', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await Wire.lay(29);
  });
  afterAll(() => wire?.[Symbol.asyncDispose]());

  const traffic = (mode: string, address: string, count: number) =>
    `python3 ${program('traffic.py')} ${mode} ${address} 7000 ${count}`;

  /** Drops one of so many packets at the server's end of the wire, both ways. */
  async function withLoss<T>(oneOf: number, work: () => Promise<T>): Promise<T> {
    wire.inServer(
      `nft 'add table inet loss; add chain inet loss i { type filter hook prerouting priority -400; }; add chain inet loss o { type filter hook output priority 0; }; add rule inet loss i numgen random mod ${oneOf} == 0 drop; add rule inet loss o numgen random mod ${oneOf} == 0 drop'`,
    );
    try {
      return await work();
    } finally {
      wire.inServer('nft delete table inet loss');
    }
  }

  /** The kernel's notes beside what nftables counted of the same connections, by remote. */
  async function compare(script: string) {
    await using scope = await openVeth();
    await scope.countRemotes();
    expect(await scope.remotes?.counts).toBe(true);
    using closed = await ClosedConnections.start({ scope, ownPorts: new Set() });
    if (!closed) throw new Error('the kernel reports no ends');
    const child = scope.start(undefined, () =>
      spawn('sh', ['-euc', script], { stdio: ['ignore', 'inherit', 'inherit'] }),
    );
    expect(await once(child, 'exit')).toEqual([0, null]);
    const seen = await closed.finish(null);
    const tally = new RemoteTally(1500);
    expect(
      await scope.remotes?.list(
        (entry) => tally.add(entry),
        () => {},
      ),
    ).toBe(true);
    return tally.remotes.map((remote) => ({ ...remote, reported: seen.of(remote) }));
  }

  const everyKind = (address: string) =>
    `${traffic('download', address, 2_000_000)}; ${traffic('upload', address, 1_000_000)}; ${traffic('requests', address, 30)}`;
  /** What its programs sent and got. */
  const known = {
    in: 2_000_000 + 30 * 500,
    out: 'get 2000000\n'.length + 1_000_000 + 'put 1000000\n'.length + 30 * 208,
  };

  /** Segments that the server has ever retransmitted. */
  function serverResent(): number {
    const snmp = execFileSync('ip', ['netns', 'exec', wire.namespace, 'cat', '/proc/net/snmp'], { encoding: 'utf8' });
    const [names = [], values = []] = [...snmp.matchAll(/^Tcp: (.*)$/gm)].map(([, line = '']) => line.split(' '));
    return Number(values[names.indexOf('RetransSegs')]);
  }

  test.each([
    ['ipv4', 1448],
    ['ipv6', 1428],
  ] as const)('without loss: the payload that nftables counted, to the octet (%s)', async (family, segment) => {
    const before = serverResent();
    const [remote, ...others] = await compare(everyKind(wire[family]));
    expect(others).toEqual([]);
    expect(remote?.reported).toMatchObject({ closed: 32, open: 0, sent: known.out, rttMs: expect.any(Number) });
    // All of these programs read to the end; the upload got nothing but its server's FIN, which is known to be one.
    expect(remote?.reported).toMatchObject({ received: known.in + 31, fins: 31 });
    // On a busy machine a timer may be early, at either end: what crosses twice then is known too.
    const again = (remote?.in.payload ?? Number.NaN) - known.in;
    expect(again).toBeGreaterThanOrEqual(0);
    expect(again).toBeLessThanOrEqual((serverResent() - before) * segment);
    expect(remote?.out.payload).toBe(known.out + (remote?.reported?.retransmitted ?? Number.NaN));
  });

  test.each(['ipv4', 'ipv6'] as const)(
    'with loss: nftables counted what was retransmitted, besides (%s)',
    async (family) => {
      const [remote] = await withLoss(20, () => compare(everyKind(wire[family])));
      const { closed = 0, open = 0, received = 0, fins = 0 } = remote?.reported ?? {};
      // Whose last packet was lost is still there, and of that one it is known that its peer's FIN has come.
      expect({ all: closed + open, sent: remote?.reported?.sent, in: received - fins }).toEqual({
        all: 32,
        sent: known.out,
        in: known.in,
      });
      expect(remote?.reported?.retransmitted).toBeGreaterThan(0);
      expect(remote?.out.payload).toBe(known.out + (remote?.reported?.retransmitted ?? Number.NaN));
    },
  );

  test('the report shows it by remote, and what crossed again is explained', async () => {
    const { report } = await withLoss(20, () =>
      measured(['sh', '-euc', `${everyKind(wire.ipv4)}; ${everyKind(wire.ipv6)}`], ['--linger', '10s']),
    );
    for (const address of [wire.ipv4, wire.ipv6]) {
      const { tcp, payloadOctets } = rowOf(report, address) ?? {};
      expect(tcp).toMatchObject({ closed: 32, rttMs: expect.any(Number) });
      expect((payloadOctets?.out ?? 0) - (tcp?.retransmittedOctets ?? Number.NaN)).toBe(known.out);
    }
    const again = [wire.ipv4, wire.ipv6].map((address) => rowOf(report, address)?.tcp?.retransmittedOctets ?? 0);
    const out = balanceOf(report, 'out');
    expect(out).toMatchObject({ retransmittedOctets: (again[0] ?? 0) + (again[1] ?? 0), unattributedOctets: 0 });
    expect(out.payloadOctets).toBe(2 * known.out);
    expectRestIn(report, 2 * known.in);
  });

  test('a connection that is still open at the end is in the numbers', async () => {
    // Its peer takes nothing and never answers the FIN.
    wire.inServer(
      `nft 'add table inet deaf; add chain inet deaf i { type filter hook prerouting priority -400; }; add rule inet deaf i tcp flags fin drop'`,
    );
    try {
      const script = `import socket; s=socket.create_connection(("${wire.ipv4}",7000)); s.sendall(b"get 500\\n"); print(len(s.recv(500, socket.MSG_WAITALL)))`;
      const { report } = await measured(['python3', '-c', script], ['--linger', '0.1s']);
      expect(rowOf(report, wire.ipv4)).toMatchObject({ connections: 1, tcp: { closed: 0, retransmittedOctets: 0 } });
    } finally {
      wire.inServer('nft delete table inet deaf');
    }
  });

  test('10 000 short connections: each end is seen', async () => {
    const { report } = await measured(['sh', '-euc', traffic('requests', wire.ipv4, 10_000)]);
    expect(rowOf(report, wire.ipv4)?.tcp).toMatchObject({ closed: 10_000, retransmittedOctets: expect.any(Number) });
    expectRestIn(report, 10_000 * 500);
  });

  test('what came for a connection that was over is not taken for what came twice', async () => {
    const script = `import socket; s=socket.create_connection(("${wire.ipv4}",7000)); s.sendall(b"get 3000000\\n"); s.recv(1000)`;
    const { report } = await measured(['python3', '-c', script]);
    expect(rowOf(report, wire.ipv4)?.tcp).toMatchObject({ closed: 1 });
    expect(report.protocol.tcp.resetsSent).toBeGreaterThan(0);
    expect(balanceOf(report, 'in').retransmittedOctets).toBeNull();
  });
});
