import { expect, test } from 'vitest';
import { addressText, hasPeer, leadsOutside, parseConnections, parseSockets } from '../../src/counters/connections.js';
import { fixture } from './fixture.js';

const line = (local: string, remote: string, state: string, inode = 4711) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000`;
const six = (address: string) => address.padStart(32, '0');

test.each([
  ['to another machine', line('020200C0:A000', '096F00CB:0050', '01'), true],
  ['to 127.0.0.1', line('0100007F:A000', '0100007F:0050', '01'), false],
  ['to an address of this machine’s own', line('020200C0:A000', '020200C0:0050', '01'), false],
  ['IPv6 to another machine', line(`${six('1')}:A000`, `B80D0120000000000000000001000000:0050`, '01'), true],
  ['to ::1', line('00000000000000000000000001000000:A000', '00000000000000000000000001000000:0050', '01'), false],
  [
    'to 127.0.0.1 by IPv6',
    line('0000000000000000FFFF00000100007F:A000', '0000000000000000FFFF00000100007F:0050', '01'),
    false,
  ],
])('%s leads outside: %s', (_, text, outside) => {
  expect(parseConnections(`header\n${text}\n`).map(leadsOutside)).toEqual([outside]);
});

test('listeners have no peer, and are none', () => {
  expect(parseConnections(`header\n${line('00000000:0016', '00000000:0000', '0A')}\n`)).toEqual([]);
});

test('a socket without a program is not held', () => {
  expect(parseConnections(line('020200C0:A000', '096F00CB:0050', '04', 0))).toMatchObject([
    { state: '04', inode: undefined },
  ]);
});

test('a held one has its inode', () => {
  expect(parseConnections(line('020200C0:A000', '096F00CB:0050', '01'))).toMatchObject([{ inode: '4711' }]);
});

test('a real list of connections', () => {
  const found = parseConnections(fixture('linux-6.18-with-connections/tcp'));
  expect(found.length).toBeGreaterThan(0);
  expect(found.every(({ local, remote }) => /:[0-9A-F]{4}$/.test(local) && /:[0-9A-F]{4}$/.test(remote))).toBe(true);
});

test('all sockets, those without a peer too', () => {
  const text = [line('00000000:0016', '00000000:0000', '0A'), line('0100007F:0016', '0100007F:A000', '01')].join('\n');
  expect(parseSockets(text).map((socket) => [socket.state, hasPeer(socket)])).toEqual([
    ['0A', false],
    ['01', true],
  ]);
});

test.each([
  ['0100007F:0050', '127.0.0.1:80'],
  ['00000000:0000', '0.0.0.0:0'],
  ['0000000000000000FFFF0000050200C0:01BB', '192.0.2.5:443'],
  ['00000000000000000000000001000000:1F90', '[::1]:8080'],
  ['00000000000000000000000000000000:0016', '[::]:22'],
  ['B80D0120000000000000000001000000:0050', '[2001:db8::1]:80'],
  ['000080FE00000000FF005450FE7DADDE:0001', '[fe80::5054:ff:dead:7dfe]:1'],
  ['B80D0120000000000100000000000000:0050', '[2001:db8::1:0:0]:80'],
  ['B80D0120010002000300040005000600:0050', '[2001:db8:2:1:4:3:6:5]:80'],
])('%s is %s', (hexadecimal, text) => {
  expect(addressText(hexadecimal)).toBe(text);
});
