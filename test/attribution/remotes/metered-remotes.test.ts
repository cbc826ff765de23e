import { expect, test } from 'vitest';
import { meteredRemotes } from '../../../src/attribution/remotes/metered-remotes.js';
import type { Carried } from '../../../src/attribution/remotes/remote-rows.js';
import type { MeteredRemote } from '../../../src/observe/meter/remotes/remote-layout.js';
import type { TreeCount } from '../../../src/traffic/shared/tree-count.js';

const NOTHING = { octets: 0, payload: 0, packets: 1 };
const remote = (changes: Partial<MeteredRemote>): MeteredRemote => ({
  ...{ class: 'external', family: 'ipv4', address: '192.0.2.1', protocol: 6, port: 443, role: 'client' },
  ...{ in: NOTHING, out: NOTHING, attempts: 1, opened: 1, first: 1_000_000n, last: 3_000_000n },
  ...changes,
});

const total = (
  [protocol, way, wireOctets, payload]: readonly [TreeCount['protocol'], 'in' | 'out', number, number],
  changes: Partial<TreeCount> = {},
): TreeCount => ({
  ...{ class: 'external', family: 'ipv4', protocol, way },
  count: {
    ...{ wireOctets: BigInt(wireOctets), ipOctets: BigInt(wireOctets - 1), payload: BigInt(payload), packets: 1n },
    ...{ fragmented: 0n, fragments: 0n, unknownMtu: 0n, rawOctets: 0n },
  },
  ...changes,
});

const read = (remotes: readonly MeteredRemote[], totals: readonly TreeCount[], carried: Carried = []) =>
  meteredRemotes({ remotes, totals, inside: ['10.0.0.3'] }, carried, {
    now: 5_000_000n,
    protocolName: (number) => `p${number}`,
  });

test('a remote is reported with its port, role and times; one without ports has neither', () => {
  const counted = read(
    [remote({ in: { octets: 500, payload: 400, packets: 1 } }), remote({ protocol: 1, port: 0, address: '192.0.2.2' })],
    [],
  );
  expect(counted.remotes).toMatchObject([
    {
      ...{ protocol: 'p6', address: '192.0.2.1', port: 443, role: 'client', opened: 1, attempts: 1 },
      ...{ in: { wireOctets: 500, payload: 400 }, firstAgoMs: 4, lastAgoMs: 2 },
    },
    { protocol: 'p1', address: '192.0.2.2', port: null, role: null },
  ]);
});

test('what the totals have beyond the rows had no place; loopback and this host are not outside', () => {
  const counted = read(
    [
      remote({ in: { octets: 500, payload: 400, packets: 1 } }),
      remote({ class: 'hostLocal', in: { octets: 70, payload: 0, packets: 1 } }),
      remote({ family: 'ipv6', out: { octets: 10, payload: 0, packets: 1 } }),
    ],
    [
      total(['tcp', 'in', 520, 410]),
      total(['udp', 'in', 80, 60]),
      total(['tcp', 'in', 70, 9], { class: 'hostLocal' }),
      total(['tcp', 'out', 10, 0], { family: 'ipv6' }),
    ],
  );
  expect(counted.remotes).toHaveLength(2);
  expect(counted.others).toEqual({ ipv4: { in: 100, out: 0 }, ipv6: { in: 0, out: 0 } });
});

test('payload is known from the totals, which have those without a place too', () => {
  const { payload, datagrams, portless } = read(
    [],
    [
      total(['tcp', 'in', 520, 410]),
      total(['udp', 'in', 80, 60]),
      total(['udp', 'out', 90, 62]),
      total(['icmp', 'out', 84, 64]),
      total(['other', 'out', 30, 10]),
    ],
  );
  expect(payload).toEqual({ in: 470, out: 62 });
  expect(datagrams).toEqual({ in: 60, out: 62 });
  expect(portless).toEqual({ payload: { in: 0, out: 74 }, packets: { in: 0, out: 112 } });
});

test.each([
  ['all of it is theirs', 570, ['192.0.2.1', '192.0.2.9'], { in: 50, out: 0 }],
  ['some of it is nobody’s', 580, ['192.0.2.1', '192.0.2.9'], { in: null, out: null }],
  ['they sent more than has left', 569, ['192.0.2.1'], { in: null, out: null }],
])('what namespaces of the command’s own have sent outside: %s', (_, wire, addresses, payload) => {
  const nested = remote({ class: 'inner', address: '192.0.2.9', in: { octets: 70, payload: 50, packets: 1 } });
  const within = remote({ class: 'inner', address: '10.0.0.3', in: { octets: 9000, payload: 8000, packets: 1 } });
  const counted = read(
    [remote({ in: { octets: 500, payload: 0, packets: 1 } }), nested, within],
    [total(['tcp', 'in', 500, 0])],
    [{ families: ['ipv4'], wireOctets: { in: wire, out: 0 } }],
  );
  expect(counted.remotes.map(({ address }) => address)).toEqual(addresses);
  expect(counted.payload).toEqual(payload);
});
