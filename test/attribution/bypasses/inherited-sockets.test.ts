import { expect, test } from 'vitest';
import { inheritedSockets, type SocketList } from '../../../src/attribution/bypasses/inherited-sockets.js';

const line = (local: string, remote: string, state: string, inode: number) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000\n`;
const texts = new Map<SocketList, string>([
  [
    'tcp',
    `header\n${line('050200C0:A000', '057100CB:01BB', '01', 11)}${line('00000000:0050', '00000000:0000', '0A', 12)}`,
  ],
  ['udp6', line('00000000000000000000000001000000:1F90', '00000000000000000000000000000000:0000', '07', 13)],
  ['raw', line('00000000:0001', '00000000:0000', '07', 14)],
]);

test.each([
  [11, 'tcp 192.0.2.5:40960 to 203.0.113.5:443'],
  [12, 'tcp 0.0.0.0:80, listening'],
  [13, 'udp [::1]:8080'],
  [14, 'raw 0.0.0.0:1'],
])('the socket %i: %s', (inode, what) => {
  expect(inheritedSockets(texts, new Map([[`${inode}`, 7]]))).toEqual([
    { kind: 'inherited-socket', what, service: null, leadsOut: true, pid: 7 },
  ]);
});

test('sockets of others, and none of the tree’s', () => {
  expect(inheritedSockets(texts, new Map([['99', 7]]))).toEqual([]);
});

test('a socket that nobody holds is nobody’s', () => {
  const text = line('050200C0:A000', '057100CB:01BB', '06', 0);
  expect(inheritedSockets(new Map([['tcp', text]]), new Map([['0', 7]]))).toEqual([]);
});
