import { expect, test } from 'vitest';
import { type UnixView, unixBypasses } from '../../../src/attribution/bypasses/unix-bypasses.js';
import { parseUnixSockets } from '../../../src/counters/unix-sockets.js';
import { fixture } from '../../counters/fixture.js';

/** One process (7) holds all but the accepted end of docker.sock, and the datagram socket. */
const HELD = ['3389609', '3389616', '3389618', '3389620', '3389622', '3389623', '3389626', '3389627', '3389628'];
/** What sock_diag said there. */
const PEERS = new Map([
  ['3389623', '3389622'],
  ['3389622', '3389623'],
  ['3389609', '3389597'],
  ['3389597', '3389609'],
  ['3389627', '3389628'],
  ['3389628', '3389627'],
  ['3389618', '3389595'],
]);
const captured: UnixView = {
  sockets: parseUnixSockets(fixture('linux-6.18-with-unix-bypasses/unix')),
  owners: new Map(HELD.map((inode) => [inode, 7])),
  peers: PEERS,
  exclusive: true,
};
const view = (rows: string, over: Partial<UnixView> = {}): UnixView => ({
  sockets: parseUnixSockets(rows),
  owners: new Map(),
  peers: undefined,
  exclusive: true,
  ...over,
});
const row = (inode: number, path = '', { listens = false, type = '0001' } = {}) =>
  `0: 1 0 ${listens ? '00010000' : '00000000'} ${type} ${listens ? '01' : '03'} ${inode}${path && ` ${path}`}\n`;
const reported = (of: UnixView) => unixBypasses(of).map(({ what, pid }) => [what, pid]);

test('a capture: what leads outside, and neither the own server nor the pair', () => {
  expect(unixBypasses(captured)).toEqual([
    { kind: 'unix-socket', what: '/tmp/health/seq.sock', service: null, leadsOut: false, pid: null },
    // Once waiting to be accepted, which sock_diag does not say, and once accepted.
    { kind: 'unix-socket', what: '/tmp/health/docker.sock', service: 'docker', leadsOut: true, pid: null },
    { kind: 'unix-socket', what: '/tmp/health/docker.sock', service: 'docker', leadsOut: true, pid: 7 },
  ]);
});

test('a capture in a shared namespace: only what the tree is connected with', () => {
  expect(reported({ ...captured, exclusive: false })).toEqual([['/tmp/health/docker.sock', 7]]);
  expect(reported({ ...captured, exclusive: false, owners: new Map() })).toEqual([]);
  expect(reported({ ...captured, exclusive: false, peers: undefined })).toEqual([]);
});

test.each<[string, UnixView, (readonly [string, number | null])[]]>([
  [
    'a server of the tree',
    view(row(1, '/s', { listens: true }) + row(2) + row(3, '/s'), {
      owners: new Map([
        ['2', 7],
        ['3', 8],
      ]),
    }),
    [],
  ],
  [
    'a server of the tree whose listener is closed',
    view(row(2) + row(3, '/s'), {
      owners: new Map([
        ['2', 7],
        ['3', 8],
      ]),
    }),
    [],
  ],
  ['a server inside that was not looked into', view(row(1, '/s', { listens: true }) + row(2) + row(3, '/s')), []],
  ['a pair without names', view(row(2) + row(3), { owners: new Map([['2', 7]]) }), []],
  ['the log', view(row(2) + row(3, '/run/systemd/journal/stdout'), { owners: new Map([['2', 7]]) }), []],
  ['one possible client', view(row(2) + row(3, '/s'), { owners: new Map([['2', 7]]) }), [['/s', 7]]],
  [
    'two possible clients',
    view(row(2) + row(3, '/s') + row(4), {
      owners: new Map([
        ['2', 7],
        ['4', 8],
      ]),
    }),
    [['/s', null]],
  ],
  [
    'a datagram socket is no client',
    view(row(2) + row(3, '/s') + row(4, '', { type: '0002' }), {
      owners: new Map([
        ['2', 7],
        ['4', 8],
      ]),
    }),
    [['/s', 7]],
  ],
  ['a client that has gone', view(row(3, '/s'), { peers: new Map([['3', '2']]) }), [['/s', null]]],
  [
    'the kernel says who',
    view(row(2) + row(3, '/s') + row(4), {
      owners: new Map([
        ['2', 7],
        ['4', 8],
      ]),
      peers: new Map([['3', '4']]),
    }),
    [['/s', 8]],
  ],
])('%s', (_, of, bypasses) => {
  expect(reported(of)).toEqual(bypasses);
});
