import { expect, test } from 'vitest';
import type { RemoteTotals } from '../../../src/attribution/remotes/counted-remotes.js';
import { remoteTcp, retransmittedOctets } from '../../../src/attribution/remotes/remote-tcp.js';
import type { ConnectionTotals, SeenConnections } from '../../../src/attribution/remotes/seen-connections.js';

const totals = (changes: Partial<ConnectionTotals> = {}): ConnectionTotals => ({
  closed: 2,
  open: 0,
  received: 1002,
  fins: 2,
  sent: 100,
  retransmitted: 5,
  rttMs: 1.5,
  ends: undefined,
  ...changes,
});

/** By address. */
const seen = (remotes: Record<string, ConnectionTotals>, isComplete = true): SeenConnections => ({
  isComplete,
  of: ({ address }) => remotes[address],
});

const remote = (address: string, payload: [number, number], changes: Partial<RemoteTotals> = {}): RemoteTotals => ({
  family: 'ipv4',
  role: 'client',
  protocol: 'tcp',
  address,
  port: 443,
  in: { wireOctets: 0, payload: payload[0] },
  out: { wireOctets: 0, payload: payload[1] },
  opened: 2,
  attempts: 2,
  firstAgoMs: undefined,
  lastAgoMs: undefined,
  ...changes,
});

test.each([
  ['all of them', totals(), true, { retransmittedOctets: 5, rttMs: 1.5, closed: 2 }],
  ['as many as were counted', totals(), false, { retransmittedOctets: 5, rttMs: 1.5, closed: 2 }],
  ['some are open', totals({ closed: 1, open: 1 }), false, { retransmittedOctets: 5, rttMs: 1.5, closed: 1 }],
  ['one is missing', totals({ closed: 1 }), false, { retransmittedOctets: null, rttMs: 1.5, closed: 1 }],
  [
    'one is not known',
    totals({ retransmitted: undefined, sent: undefined, rttMs: undefined }),
    true,
    { retransmittedOctets: null, rttMs: null, closed: 2 },
  ],
])('seen: %s', (_, found, isComplete, row) => {
  expect(remoteTcp(remote('a', [0, 0]), seen({ a: found }, isComplete))).toEqual(row);
});

test.each([
  ['not looked for', remote('a', [0, 0]), undefined],
  ['another remote', remote('b', [0, 0]), seen({ a: totals() })],
  ['not TCP', remote('a', [0, 0], { protocol: 'udp' }), seen({ a: totals() })],
])('not seen: %s', (_, asked, connections) => {
  expect(remoteTcp(asked, connections)).toBeNull();
});

test('what the connections have not received came twice, but for their FINs', () => {
  const both = seen({ a: totals(), b: totals({ received: 502, fins: 1, retransmitted: 0 }) });
  const retransmitted = retransmittedOctets([remote('a', [1100, 105]), remote('b', [501, 100])], both);
  expect(retransmitted).toEqual({ in: { least: 98, most: 100 }, out: { least: 5, most: 5 } });
});

test.each([
  ['a remote without connections', [remote('b', [1, 0])], true],
  ['a missing connection', [remote('a', [1, 0], { opened: 3 })], false],
])('unknown by %s', (_, remotes, isComplete) => {
  const retransmitted = retransmittedOctets(remotes, seen({ a: totals() }, isComplete));
  expect(retransmitted).toEqual({ in: undefined, out: undefined });
});

test('how they ended is reported where that is known', () => {
  const ends = { finished: 1, aborted: 1, refused: 3, unanswered: 0 };
  expect(remoteTcp(remote('a', [0, 0]), seen({ a: totals({ ends }) }))?.ends).toEqual(ends);
});

test('where the connections do not say, it is what crossed beyond what they have sent', () => {
  const asked = remote('a', [1000, 117]);
  const found = { a: totals({ retransmitted: undefined }) };
  expect(remoteTcp(asked, seen(found))?.retransmittedOctets).toBe(17);
  expect(retransmittedOctets([asked], seen(found)).out).toEqual({ least: 17, most: 17 });
  expect(remoteTcp(asked, seen(found, false))?.retransmittedOctets).toBe(17);
  expect(remoteTcp({ ...asked, opened: 3 }, seen(found, false))?.retransmittedOctets).toBeNull();
});

test('unknown out where one is not known', () => {
  const { in: incoming, out } = retransmittedOctets(
    [remote('a', [1000, 105])],
    seen({ a: totals({ retransmitted: undefined, sent: undefined }) }),
  );
  expect(incoming).toEqual({ least: 0, most: 0 });
  expect(out).toBeUndefined();
});

test('what moved no payload, and what is not TCP, asks for nothing', () => {
  const others = [remote('b', [0, 0]), remote('c', [9, 9], { protocol: 'udp' })];
  expect(retransmittedOctets(others, seen({}))).toEqual({ in: { least: 0, most: 0 }, out: { least: 0, most: 0 } });
});
