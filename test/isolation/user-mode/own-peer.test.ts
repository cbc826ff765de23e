import { expect, test } from 'vitest';
import { isOwnPeer } from '../../../src/isolation/user-mode/own-peer.js';

const HEAD =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops';
const line = (local: string, uid: number) =>
  ` 1019: ${local} 00000000:0000 07 00000000:00000000 00:00000000 00000000  ${uid}        0 19385 2 0000000000000000 0`;

/** 10.0.0.5:40000, of account 1000. */
const OURS = line('0500000A:9C40', 1000);

const isOwn = (lines: string[], six: string[] = [], client = { address: '10.0.0.5', port: 40000 }) =>
  isOwnPeer(client, 'udp', {
    uid: 1000,
    addresses: ['10.0.0.5', '2001:db8::1'],
    read: (file) => [HEAD, ...(file === '/proc/net/udp' ? lines : six)].join('\n'),
  });

test.each([
  ['our own socket', [OURS], [], true],
  ["another account's", [line('0500000A:9C40', 1001)], [], false],
  ['none', [], [], false],
  ['another port', [line('0500000A:9C41', 1000)], [], false],
  ['ours at any address', [line('00000000:9C40', 1000)], [], true],
  ["another account's at any address beside ours", [OURS, line('00000000:9C40', 1001)], [], true],
  [
    "another account's beside ours at any address",
    [line('0500000A:9C40', 1001), line('00000000:9C40', 1000)],
    [],
    false,
  ],
  ['two accounts at any address', [line('00000000:9C40', 1001), line('00000000:9C40', 1000)], [], false],
  ['ours of IPv6 that speaks IPv4', [], [line('0000000000000000FFFF00000500000A:9C40', 1000)], true],
])('%s', (_, four, six, expected) => {
  expect(isOwn(four, six)).toBe(expected);
});

test('a peer of IPv6', () => {
  const client = { address: '2001:db8::1', port: 40000 };
  expect(isOwn([], [line('B80D0120000000000000000001000000:9C40', 1000)], client)).toBe(true);
  expect(isOwn([], [line('B80D0120000000000000000002000000:9C40', 1000)], client)).toBe(false);
});

test('another machine is none, whoever has its port here', () => {
  expect(isOwn([line('00000000:9C40', 1000)], [], { address: '10.0.0.6', port: 40000 })).toBe(false);
});
