import { describe, expect, test } from 'vitest';
import { placeBy } from '../../../src/attribution/place-address.js';
import { COMMAND, connected, exited, forked, moved, tell, turned, type Untimed } from '../trace.js';

const nothing = { in: 0, out: 0 };
const REMOTE = '198.51.100.7:443';
const OTHER = '198.51.100.8:443';
const HERE = '192.0.2.9:80';

describe('where bytes went', () => {
  test.each<[string, Untimed[], Record<string, { in: number; out: number }>]>([
    ['out of the machine', [connected(COMMAND, REMOTE), moved(COMMAND, 'out', 5)], { external: { in: 0, out: 5 } }],
    ['to loopback', [connected(COMMAND, '127.3.2.1:80'), moved(COMMAND, 'in', 5)], { loopback: { in: 5, out: 0 } }],
    ['to loopback of IPv6', [connected(COMMAND, '::1:80'), moved(COMMAND, 'in', 5)], { loopback: { in: 5, out: 0 } }],
    ['to its own address', [connected(COMMAND, HERE), moved(COMMAND, 'out', 5)], { loopback: { in: 0, out: 5 } }],
    ['without states', [moved(COMMAND, 'out', 5, 1, 17)], { unplaced: { in: 0, out: 5 } }],
    ['to nobody knows where', [moved(COMMAND, 'out', 5)], { unplaced: { in: 0, out: 5 } }],
    [
      'known only when it is closed',
      [moved(COMMAND, 'out', 5), moved(COMMAND, 'in', 6), turned(COMMAND, '1-4', HERE, REMOTE)],
      { external: { in: 6, out: 5 } },
    ],
    [
      'known only by its end after the process’s own',
      [moved(COMMAND, 'out', 5), exited(COMMAND), turned(COMMAND, '1-4', HERE, REMOTE)],
      { external: { in: 0, out: 5 } },
    ],
    [
      'read after both ends are closed',
      [connected(COMMAND, REMOTE), turned(COMMAND, '4-7', HERE, REMOTE), moved(COMMAND, 'in', 5)],
      { external: { in: 5, out: 0 } },
    ],
    [
      'by a socket in the place of one that is over, whose connect was seen',
      [
        connected(COMMAND, REMOTE),
        turned(COMMAND, '1-4', HERE, REMOTE),
        connected(COMMAND, '127.0.0.1:9'),
        moved(COMMAND, 'out', 5),
      ],
      { loopback: { in: 0, out: 5 } },
    ],
    [
      'by a socket in the place of one that is over, which is known by its end',
      [
        connected(COMMAND, REMOTE),
        turned(COMMAND, '1-4', HERE, REMOTE),
        moved(COMMAND, 'out', 5),
        turned(COMMAND, '8-9', '127.0.0.1:80', '127.0.0.1:40000'),
      ],
      { loopback: { in: 0, out: 5 } },
    ],
    [
      'with another protocol in the place of one that is over',
      [connected(COMMAND, REMOTE), moved(COMMAND, 'out', 5, 1, 262)],
      { unplaced: { in: 0, out: 5 } },
    ],
    [
      'by a socket that failed to connect, and sent',
      [connected(COMMAND, REMOTE), turned(COMMAND, '2-7', HERE, REMOTE), moved(COMMAND, 'out', 5)],
      { unplaced: { in: 0, out: 5 } },
    ],
  ])('%s', (_, events, payload) => {
    const told = tell(events);
    expect(told.payload).toEqual({ external: nothing, loopback: nothing, unplaced: nothing, ...payload });
    expect(told.processes[0]?.payload).toEqual(told.payload);
  });

  test('to the host, where that has a link of its own, whatever its address is written like', () => {
    const events = [connected(COMMAND, 'fd00::2:53'), moved(COMMAND, 'out', 5)];
    const place = placeBy(['10.0.0.1', 'fd00:0000:0000:0000:0000:0000:0000:0002']);
    expect(tell(events, { place }, true).payload).toEqual({
      external: nothing,
      hostLocal: { in: 0, out: 5 },
      loopback: nothing,
      unplaced: nothing,
    });
  });
});

describe('remotes', () => {
  test('of a connect stand by their port, those of a server by its own', () => {
    const { remotes } = tell([
      connected(COMMAND, REMOTE, 1),
      moved(COMMAND, 'out', 7, 1),
      connected(COMMAND, REMOTE, 2),
      moved(COMMAND, 'in', 70, 2),
      turned(COMMAND, '3-1', HERE, '203.0.113.5:50001', 3),
      moved(COMMAND, 'in', 5, 3),
      turned(COMMAND, '3-1', HERE, '203.0.113.5:50002', 4),
      moved(COMMAND, 'in', 5, 4),
    ]);
    const row = { pid: COMMAND, protocol: 'tcp' };
    expect(remotes).toEqual([
      { ...row, side: 'connected', address: '198.51.100.7', port: 443, in: 70, out: 7, connections: 2 },
      { ...row, side: 'accepted', address: '203.0.113.5', port: 80, in: 10, out: 0, connections: 2 },
    ]);
  });

  test('of a socket that two processes use are each one’s own', () => {
    const { remotes } = tell([
      forked(COMMAND, 21),
      connected(COMMAND, REMOTE),
      moved(COMMAND, 'out', 7),
      moved(21, 'in', 8),
    ]);
    expect(remotes.map(({ pid, in: received, out, connections }) => [pid, received, out, connections])).toEqual([
      [21, 8, 0, 0],
      [COMMAND, 0, 7, 1],
    ]);
  });

  test('beyond the bound are put together, the biggest are exact', () => {
    const many = Array.from({ length: 100 }, (_, index) => [
      connected(COMMAND, `198.51.100.${index}:443`, index),
      moved(COMMAND, 'out', index + 1, index),
    ]).flat();
    const { remotes, otherRemotes } = tell(many, { bounds: { processes: 10, remotes: 10 } });
    expect(remotes.map(({ out }) => out)).toEqual([100, 99, 98, 97, 96, 95, 94, 93, 92, 91]);
    expect(otherRemotes).toEqual({ remotes: 90, in: 0, out: (90 * 91) / 2, connections: 90 });
  });

  test('what was put together goes on being counted', () => {
    const many = Array.from({ length: 30 }, (_, index) => [
      connected(COMMAND, `198.51.100.${index}:443`, index),
      moved(COMMAND, 'out', 1, index),
    ]).flat();
    const later = Array.from({ length: 30 }, (_, index) => moved(COMMAND, 'in', 1, index));
    const { remotes, otherRemotes } = tell([...many, ...later], { bounds: { processes: 10, remotes: 10 } });
    expect(remotes.reduce((sum, row) => sum + row.in, otherRemotes.in)).toBe(30);
    expect(remotes.reduce((sum, row) => sum + row.out, otherRemotes.out)).toBe(30);
  });

  test('who only tried is there too', () => {
    expect(tell([connected(COMMAND, OTHER)]).remotes).toMatchObject([
      { address: '198.51.100.8', in: 0, out: 0, connections: 1 },
    ]);
  });
});
