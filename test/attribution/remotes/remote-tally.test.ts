import { expect, test } from 'vitest';
import { type CountedOneWay, RemoteTally } from '../../../src/attribution/remotes/remote-tally.js';

const entry = (changes: Partial<CountedOneWay>): CountedOneWay => ({
  what: 'all',
  family: 'ipv4',
  way: 'in',
  role: 'client',
  protocol: 'tcp',
  address: '192.0.2.1',
  port: 443,
  headerLength: 32,
  agoMs: 0,
  packets: 1,
  bytes: 52,
  ...changes,
});

function tallied(...entries: readonly Partial<CountedOneWay>[]) {
  const tally = new RemoteTally(1500);
  for (const each of entries) tally.add(entry(each));
  return tally.remotes;
}

test.each([
  ['a bare acknowledgement', { packets: 1, bytes: 52 }, { bytes: 52, payload: 0, hiddenHeaders: 0 }],
  ['a full segment', { packets: 1, bytes: 1500 }, { bytes: 1500, payload: 1448, hiddenHeaders: 0 }],
  ['a GSO packet of two segments', { packets: 1, bytes: 2948 }, { bytes: 2948, payload: 2896, hiddenHeaders: 52 }],
  ['one more octet', { packets: 1, bytes: 2949 }, { bytes: 2949, payload: 2897, hiddenHeaders: 104 }],
  ['IPv6', { family: 'ipv6', packets: 1, bytes: 2928 }, { bytes: 2928, payload: 2856, hiddenHeaders: 72 }],
  ['a SYN', { headerLength: 40, packets: 1, bytes: 60 }, { bytes: 60, payload: 0, hiddenHeaders: 0 }],
  [
    'UDP',
    { protocol: 'udp', headerLength: null, packets: 2, bytes: 156 },
    { bytes: 156, payload: 100, hiddenHeaders: 0 },
  ],
] as const)('%s', (_, changes, counted) => {
  expect(tallied(changes)[0]?.in).toEqual(counted);
});

test('header lengths of one remote sum up; another port, role, protocol or address is another', () => {
  const remotes = tallied(
    { headerLength: 40, bytes: 60 },
    { headerLength: 32, bytes: 152 },
    { way: 'out', bytes: 52 },
    { port: 80 },
    { role: 'server' },
    { protocol: 'udp', headerLength: null },
    { address: '192.0.2.2' },
  );
  expect(remotes).toHaveLength(5);
  expect(remotes[0]).toMatchObject({ in: { bytes: 212, payload: 100 }, out: { bytes: 52, payload: 0 } });
});

test.each([
  ['client', 'out', { attempts: 3, opened: 0 }],
  ['client', 'in', { attempts: 0, opened: 3 }],
  ['server', 'in', { attempts: 3, opened: 0 }],
  ['server', 'out', { attempts: 0, opened: 3 }],
] as const)('first packets of a %s, %s', (role, way, counts) => {
  expect(tallied({ what: 'first', role, way, packets: 3, bytes: 180 })[0]).toMatchObject({
    ...counts,
    in: { bytes: 0 },
  });
});

test('the earliest first and the latest last packet count', () => {
  const [remote] = tallied(
    { what: 'first', way: 'out', agoMs: 900 },
    { what: 'first', agoMs: 890 },
    { agoMs: 40 },
    { way: 'out', agoMs: 10 },
  );
  expect(remote).toMatchObject({ firstAgoMs: 900, lastAgoMs: 10 });
});
