import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseUnixSockets } from '../../src/counters/unix-sockets.js';
import { fixture } from './fixture.js';

const line = (flags: string, type: string, state: string, inode: string, path = '') =>
  `00000000bfff7c60: 00000003 00000000 ${flags} ${type} ${state} ${inode}${path && ` ${path}`}`;

test('a capture', () => {
  const sockets = parseUnixSockets(fixture('linux-6.18-with-unix-bypasses/unix'));
  expect(sockets).toHaveLength(12);
  expect(sockets.filter(({ state }) => state === 'listening').map(({ path }) => path)).toEqual([
    '/tmp/health/inner.sock',
  ]);
  expect(
    sockets.filter(({ inode }) => inode === undefined).map(({ type, state, path }) => [type, state, path]),
  ).toEqual([
    ['packet', 'connected', '/tmp/health/seq.sock'],
    ['stream', 'connected', '/tmp/health/docker.sock'],
  ]);
});

test.each([
  [
    line('00000000', '0001', '03', '17', '/run/a b'),
    { inode: '17', type: 'stream', state: 'connected', path: '/run/a b' },
  ],
  [line('00000000', '0001', '02', '    0', '/x'), { inode: undefined, type: 'stream', state: 'connected', path: '/x' }],
  [
    line('00010000', '0001', '01', '17', '@abstract'),
    { inode: '17', type: 'stream', state: 'listening', path: '@abstract' },
  ],
  [line('00000000', '0001', '01', '17'), { inode: '17', type: 'stream', state: 'other', path: undefined }],
  [line('00000000', '0002', '03', '17'), { inode: '17', type: 'datagram', state: 'connected', path: undefined }],
  [line('00000000', '0005', '04', '17'), { inode: '17', type: 'packet', state: 'other', path: undefined }],
])('%s', (text, socket) => {
  expect(parseUnixSockets(`Num       RefCount Protocol Flags    Type St Inode Path\n${text}\n`)).toEqual([socket]);
});

test('a line break in a path does not make a socket', () => {
  const text = `${line('00000000', '0001', '03', '17', '/tmp/a\n: 1 2')}\n${line('00000000', '0001', '03', '18')}\n`;
  expect(parseUnixSockets(text).map(({ inode, path }) => [inode, path])).toEqual([
    ['17', '/tmp/a'],
    ['18', undefined],
  ]);
});

test('whatever it reads, it does not throw', () => {
  fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseUnixSockets(text))));
});
