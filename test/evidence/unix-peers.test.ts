import { expect, test } from 'vitest';
import { parsePeers, unixPeers } from '../../src/evidence/unix-peers.js';
import { fixture } from '../counters/fixture.js';

test('a capture: both ways, and nobody at the other end is nobody', () => {
  const peers = parsePeers(fixture('linux-6.18-with-unix-bypasses/ss'));
  expect(peers?.get('3389609')).toBe('3389597');
  expect(peers?.get('3389597')).toBe('3389609');
  expect(peers?.has('3389616')).toBe(false);
  expect(peers?.has('3389626')).toBe(false);
});

test.each([
  ['a path with spaces', 'u_str ESTAB 0 0 /tmp/a b 17 * 18\n', { 17: '18' }],
  ['a peer with a path', 'u_str ESTAB 0 0 * 17 /run/docker.sock 18\n', { 17: '18' }],
  ['an abstract name', 'u_str ESTAB 0 0 @/tmp/x@@ 17 * 18 \n', { 17: '18' }],
])('%s', (_, text, peers) => {
  expect(Object.fromEntries(parsePeers(text) ?? [])).toEqual(peers);
});

test.each([
  ['nothing', ''],
  ['a kernel that does not say', 'Netid State Recv-Q Send-Q Local Peer\nu_str ESTAB 0 0 * 17 * 0\n'],
])('unknown: %s', (_, text) => {
  expect(parsePeers(text)).toBeUndefined();
});

test('a program that is not there cannot be asked', async () => {
  expect(await unixPeers(['/nowhere/ss'])).toBeUndefined();
});
