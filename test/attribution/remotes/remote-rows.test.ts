import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RemoteFacts, remoteRows } from '../../../src/attribution/remotes/remote-rows.js';
import type { Counted, RemoteTotals } from '../../../src/attribution/remotes/remote-tally.js';

const none: Counted = { bytes: 0, payload: 0, hiddenHeaders: 0 };

const remote = (address: string, incoming: Partial<Counted>, changes: Partial<RemoteTotals> = {}): RemoteTotals => ({
  family: 'ipv4',
  role: 'client',
  protocol: 'tcp',
  address,
  port: 443,
  in: { ...none, ...incoming },
  out: none,
  opened: 1,
  tried: 1,
  firstAgoMs: 800,
  lastAgoMs: 100,
  ...changes,
});

const facts = (wireIn: number, changes: Partial<RemoteFacts> & { uncounted?: number } = {}): RemoteFacts => ({
  carried: [
    {
      families: ['ipv4'],
      flow: { in: { wireOctets: wireIn, uncounted: changes.uncounted ?? 0 }, out: { wireOctets: 0, uncounted: 0 } },
    },
  ],
  isWhole: true,
  namesOf: () => [],
  listedAtMs: 1000,
  ...changes,
});

const octetsIn = (use: ReturnType<typeof remoteRows>) => use.rows.map(({ wireOctets }) => wireOctets.in ?? Number.NaN);

test('small packets are as they were counted', () => {
  const use = remoteRows([remote('a', { bytes: 500, payload: 100 }), remote('b', { bytes: 300 })], facts(800));
  expect(octetsIn(use)).toEqual([500, 300]);
  expect(use.unattributed).toEqual({ in: 0, out: 0 });
});

test('what GSO packets hide goes to who must have hidden it', () => {
  const bulk = remote('bulk', { bytes: 100_000, payload: 99_000, hiddenHeaders: 3500 });
  const use = remoteRows([bulk, remote('small', { bytes: 60_000, payload: 50_000 })], facts(163_600));
  expect(octetsIn(use)).toEqual([103_600, 60_000]);
});

test('where small packets cover the GSO packets up, the payload divides', () => {
  const use = remoteRows(
    [remote('a', { bytes: 3000, payload: 3000 }), remote('b', { bytes: 1000, payload: 1000 })],
    facts(4200),
  );
  expect(octetsIn(use)).toEqual([3150, 1050]);
});

test.each([
  ['more than headers can explain', true, 103_500 + 50_000, 3500 * 3],
  ['where the counting came late, no more than is certain', false, 103_500 + 2000, 3500],
])('%s stays unattributed', (_, isWhole, wire, attributed) => {
  const bulk = remote('bulk', { bytes: 100_000, payload: 99_000, hiddenHeaders: 3500 });
  const use = remoteRows([bulk], facts(wire, { isWhole }));
  expect(octetsIn(use)).toEqual([100_000 + attributed]);
  expect(use.unattributed.in).toBe(wire - 100_000 - attributed);
});

test('what was dropped behind the counting is taken off by size', () => {
  const use = remoteRows([remote('a', { bytes: 3000 }), remote('b', { bytes: 1000 })], facts(3600));
  expect(octetsIn(use)).toEqual([2700, 900]);
});

test('beyond a thousand rows the others are summed up, with those that had no place', () => {
  const remotes = Array.from({ length: 1003 }, (_, index) => remote(`r${index}`, { bytes: 2000 - index }));
  const total = remotes.reduce((sum, each) => sum + each.in.bytes, 0);
  const use = remoteRows(remotes, facts(total + 77, { uncounted: 77 }));
  expect(use.rows).toHaveLength(1000);
  expect(use.rows[0]?.address).toBe('r0');
  expect(use.others).toEqual({ remotes: 3, isComplete: false, wireOctets: { in: 1000 + 999 + 998 + 77, out: 0 } });
});

test('times are told from the command’s start, names by the address', () => {
  const [row] = remoteRows(
    [remote('192.0.2.1', { bytes: 60 })],
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
  const totals = { closed: 1, open: 0, received: 101, fins: 1, sent: 10, retransmitted: 3, rttMs: 2 };
  const seen = { isComplete: true, of: () => totals };
  const [row] = remoteRows([remote('a', { bytes: 152, payload: 100 })], facts(152, { seen })).rows;
  expect(row?.tcp).toEqual({ retransmittedOctets: 3, rttMs: 2, closed: 1 });
});

test('what has no ports has no payload and no connections', () => {
  const ping = remote('a', { bytes: 84, payload: 64 }, { protocol: 'icmp', port: null, role: null });
  expect(remoteRows([ping], facts(84)).rows[0]).toMatchObject({
    payloadOctets: { in: null, out: null },
    connections: null,
    attempts: null,
  });
});

test('rows, others and the rest are what the wire carried, always', () => {
  const counted = fc.record({ bytes: fc.nat(1e9), payload: fc.nat(1e9), hiddenHeaders: fc.nat(1e7) });
  fc.assert(
    fc.property(
      fc.array(counted, { maxLength: 30 }),
      fc.nat(2e9),
      fc.nat(1e6),
      fc.boolean(),
      (all, wire, uncounted, isWhole) => {
        const use = remoteRows(
          all.map((each, index) => remote(`r${index}`, each)),
          facts(wire + uncounted, { uncounted, isWhole }),
        );
        const sum = octetsIn(use).reduce((total, each) => total + each, 0);
        expect(sum + (use.others.wireOctets.in ?? Number.NaN) + (use.unattributed.in ?? Number.NaN)).toBe(
          wire + uncounted,
        );
        for (const octets of octetsIn(use)) expect(octets).toBeGreaterThanOrEqual(0);
        expect(use.unattributed.in).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});
