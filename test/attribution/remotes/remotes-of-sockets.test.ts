import { expect, test } from 'vitest';
import { remotesOfSockets } from '../../../src/attribution/remotes/remotes-of-sockets.js';

const none = { external: { in: 0, out: 0 }, loopback: { in: 0, out: 0 }, unplaced: { in: 0, out: 0 } };
const remote = { side: 'connected', protocol: 'tcp', address: '192.0.2.1', port: 443, connections: 1 } as const;

const reported = {
  evidence: 'sampled',
  pids: 'own',
  processes: [],
  otherProcesses: { processes: 0, payload: none, tcpConnects: null },
  idleProcesses: null,
  unowned: none,
  payload: none,
  otherRemotes: { remotes: 0, in: 0, out: 0, connections: 0 },
  lostEvents: null,
} as const;

test('how connections fared is reported where nobody else’s can be among them', () => {
  const rows = [{ ...remote, side: null, pid: 1, in: 10, out: 1 }];
  const totals = {
    closed: 1,
    open: 0,
    received: 11,
    fins: 1,
    sent: 1,
    retransmitted: 4,
    rttMs: undefined,
    ends: undefined,
  };
  const of = ({ role, port }: { role: unknown; port: unknown }) =>
    role === 'client' && port === 443 ? totals : undefined;
  const [seen] = remotesOfSockets({ ...reported, remotes: rows }, { isComplete: true, of }).rows;
  expect(seen).toMatchObject({ role: null, tcp: { retransmittedOctets: 4, rttMs: null, closed: 1 } });
  expect(remotesOfSockets({ ...reported, remotes: rows }).rows[0]?.tcp).toBeNull();
});

test('processes that spoke with the same remote are one row; the largest first, the rest is kept', () => {
  const use = remotesOfSockets({
    evidence: 'traced',
    pids: 'own',
    processes: [],
    otherProcesses: { processes: 0, payload: none, tcpConnects: 0 },
    idleProcesses: 0,
    unowned: none,
    payload: none,
    remotes: [
      { ...remote, pid: 1, in: 10, out: 1 },
      { ...remote, pid: 2, in: 5, out: 500 },
      { ...remote, pid: 2, side: 'accepted', in: 1000, out: 1 },
      { ...remote, pid: 3, address: '2001:db8::1', in: 1, out: 1, connections: 3 },
    ],
    otherRemotes: { remotes: 2, in: 7, out: 8, connections: 9 },
    lostEvents: 0,
  });
  expect(use.evidence).toBe('traced-sockets');
  expect(
    use.rows.map(({ address, role, payloadOctets, connections }) => [address, role, payloadOctets, connections]),
  ).toEqual([
    ['192.0.2.1', 'server', { in: 1000, out: 1 }, 1],
    ['192.0.2.1', 'client', { in: 15, out: 501 }, 2],
    ['2001:db8::1', 'client', { in: 1, out: 1 }, 3],
  ]);
  expect(use.payloadOctets).toEqual({ in: 1023, out: 511 });
  expect(use.others).toMatchObject({ remotes: 2, isComplete: true });
  expect(use.rows[0]?.wireOctets).toEqual({ in: null, out: null });
});
