import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CountedRemotes, RemoteTotals } from '../../../src/attribution/remotes/counted-remotes.js';
import { type RemoteFacts, remoteRows } from '../../../src/attribution/remotes/remote-rows.js';

const remote = (address: string, octetsIn: number, changes: Partial<RemoteTotals> = {}): RemoteTotals => ({
  family: 'ipv4',
  role: 'client',
  protocol: 'tcp',
  address,
  port: 443,
  in: { wireOctets: octetsIn, payload: 0 },
  out: { wireOctets: 0, payload: 0 },
  opened: 1,
  attempts: 1,
  firstAgoMs: 800,
  lastAgoMs: 100,
  ...changes,
});

const counted = (remotes: readonly RemoteTotals[], othersIn = 0): CountedRemotes => ({
  remotes,
  others: { ipv4: { in: othersIn, out: 0 }, ipv6: { in: 0, out: 0 } },
  payload: { in: 5, out: null },
  datagrams: undefined,
  portless: { payload: { in: 0, out: 0 }, packets: { in: 0, out: 0 } },
});

const facts = (wireIn: number, changes: Partial<RemoteFacts> = {}): RemoteFacts => ({
  carried: [{ families: ['ipv4'], wireOctets: { in: wireIn, out: 0 } }],
  namesOf: () => [],
  listedAtMs: 1000,
  ...changes,
});

const octetsIn = (use: ReturnType<typeof remoteRows>) => use.rows.map(({ wireOctets }) => wireOctets.in ?? Number.NaN);

test('remotes are as they were counted', () => {
  const use = remoteRows(counted([remote('a', 500), remote('b', 300)]), facts(800));
  expect(octetsIn(use)).toEqual([500, 300]);
  expect(use.unattributed).toEqual({ in: 0, out: 0 });
  expect(use.payloadOctets).toEqual({ in: 5, out: null });
});

test('what the wire carried beyond them is nobody’s', () => {
  const use = remoteRows(counted([remote('a', 500)], 30), facts(600));
  expect(octetsIn(use)).toEqual([500]);
  expect(use.unattributed).toEqual({ in: 70, out: 0 });
});

test('what was dropped behind the counting is taken off by size', () => {
  const use = remoteRows(counted([remote('a', 3000), remote('b', 1000)]), facts(3600));
  expect(octetsIn(use)).toEqual([2700, 900]);
});

test('beyond a thousand rows the others are summed up, with those that had no place', () => {
  const remotes = Array.from({ length: 1003 }, (_, index) => remote(`r${index}`, 2000 - index));
  const total = remotes.reduce((sum, each) => sum + each.in.wireOctets, 0);
  const use = remoteRows(counted(remotes, 77), facts(total + 77));
  expect(use.rows).toHaveLength(1000);
  expect(use.rows[0]?.address).toBe('r0');
  expect(use.others).toEqual({ remotes: 3, isComplete: false, wireOctets: { in: 1000 + 999 + 998 + 77, out: 0 } });
});

test('times are counted from the command’s start, names by the address', () => {
  const [row] = remoteRows(
    counted([remote('192.0.2.1', 60)]),
    facts(60, { namesOf: (address) => [`of-${address}`] }),
  ).rows;
  expect(row).toMatchObject({
    firstSeenMs: 200,
    lastSeenMs: 900,
    names: ['of-192.0.2.1'],
    connections: 1,
    attempts: 1,
  });
});

test('how the connections fared is in their remote’s row', () => {
  const totals = { closed: 1, open: 0, received: 101, fins: 1, sent: 10, retransmitted: 3, rttMs: 2, ends: undefined };
  const seen = { isComplete: true, of: () => totals };
  const [row] = remoteRows(counted([remote('a', 152)]), facts(152, { seen })).rows;
  expect(row?.tcp).toEqual({ retransmittedOctets: 3, rttMs: 2, closed: 1 });
});

test('what has no ports has no payload and no connections', () => {
  const ping = remote('a', 84, { protocol: 'icmp', port: null, role: null });
  expect(remoteRows(counted([ping]), facts(84)).rows[0]).toMatchObject({
    payloadOctets: { in: null, out: null },
    connections: null,
    attempts: null,
  });
});

test('rows, others and the rest are what the wire carried, always', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1e9), { maxLength: 30 }), fc.nat(2e9), fc.nat(1e6), (all, wire, others) => {
      const remotes = all.map((octets, index) => remote(`r${index}`, octets));
      const use = remoteRows(counted(remotes, others), facts(wire + others));
      const sum = octetsIn(use).reduce((total, each) => total + each, 0);
      expect(sum + (use.others.wireOctets.in ?? Number.NaN) + (use.unattributed.in ?? Number.NaN)).toBe(wire + others);
      for (const octets of octetsIn(use)) expect(octets).toBeGreaterThanOrEqual(0);
      expect(use.unattributed.in).toBeGreaterThanOrEqual(0);
    }),
  );
});
