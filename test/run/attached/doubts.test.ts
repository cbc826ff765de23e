import { expect, test } from 'vitest';
import type { ListedSocket } from '../../../src/evidence/list-sockets.js';
import { type Adopted, doubtsOf } from '../../../src/run/attached/doubts.js';

const NONE: Adopted = { own: new Set([7]), uncounted: [], refused: [], left: [], others: [], networks: 1 };

const socket = (overrides: Partial<ListedSocket> = {}): ListedSocket => ({
  family: 2,
  protocol: 6,
  state: 1,
  local: { address: '192.0.2.1', port: 4000 },
  remote: { address: '192.0.2.2', port: 80 },
  inode: 7,
  uid: 0,
  receiveQueue: 0,
  sendQueue: 0,
  tcp: undefined,
  group: 1n,
  cookie: 1n,
  id: Buffer.alloc(48),
  ...overrides,
});

const nobody = { address: '::', port: 0 };

test.each<[string, Partial<Adopted>, readonly string[]]>([
  ['nothing', {}, []],
  [
    'a connection that was handed down',
    { uncounted: [socket()] },
    ['1 socket was made elsewhere, and not counted: tcp 192.0.2.1:4000 to 192.0.2.2:80'],
  ],
  [
    'a listener that was handed down',
    { uncounted: [socket({ state: 10, local: { address: '::', port: 22 }, remote: nobody })] },
    ['1 socket was made elsewhere, and not counted: tcp [::]:22, listening'],
  ],
  ['one on loopback', { uncounted: [socket({ remote: { address: '127.0.0.1', port: 53 } })] }, []],
  ['one on loopback, of IPv6', { uncounted: [socket({ remote: { address: '::1', port: 53 } })] }, []],
  [
    'many',
    {
      uncounted: [1, 2, 3, 4].map((port) =>
        socket({ protocol: 17, local: { address: '0.0.0.0', port }, remote: nobody }),
      ),
    },
    ['4 sockets were made elsewhere, and not counted: udp 0.0.0.0:1, udp 0.0.0.0:2, udp 0.0.0.0:3 and others'],
  ],
  [
    'one that may not be taken',
    { refused: [{ pid: 1, fd: 3, inode: 9 }] },
    ['1 socket was not to be distinguished from others’, and not counted'],
  ],
  [
    'two holders',
    { others: [1, 2].map((pid) => ({ pid, fd: 3, inode: 7 })) },
    ['1 socket was held by others of the control group too, and counted whole'],
  ],
  ['others with their own', { others: [{ pid: 1, fd: 3, inode: 8 }] }, []],
  ['who is elsewhere', { left: [4, 5] }, ['2 processes were in another control group, and not counted']],
  ['several networks', { networks: 2 }, ['the processes were in several network namespaces']],
  ['nobody', { networks: 0 }, ['no process was there at the start to show the network namespace']],
])('%s', (_, found, doubts) => {
  expect(doubtsOf({ ...NONE, ...found })).toEqual(doubts);
});
