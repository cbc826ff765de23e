import { expect, test } from 'vitest';
import { lostAtHost } from '../../../src/traffic/tap/lost-at-host.js';

const TAP = { mtu: 1500, octets: { in: 10_000, out: 5000 } };
const count = (packets: number, bytes = 0) => ({ packets, bytes });
const ALL = { 'host.received': count(0, 1e9) };

test('nothing lost is nothing', () => {
  expect(lostAtHost({}, TAP)).toEqual({ in: 0, out: 0 });
  expect(lostAtHost({ ...ALL, 'host.merged': count(500) }, TAP)).toEqual({ in: 0, out: 0 });
});

test.each([
  ['each had its own packet', 0, 3 * 1500, 3 * 72],
  ['some were merged', 4, 7 * 1500, 7 * 72],
  ['more were merged than can be theirs', 1e6, (3 + 3 * 64) * 1500, (3 + 3 * 64) * 72],
])('segments that came twice: %s', (_, merged, received, acknowledged) => {
  const wire = { ...ALL, 'host.repeated': count(3), 'host.merged': count(merged) };
  expect(lostAtHost(wire, TAP)).toEqual({ in: received, out: acknowledged });
});

test('what nobody read is at most the room of its sockets with the headers, and at most what the host received', () => {
  const wire = { 'host.unread': count(1, 1_428_000) };
  expect(lostAtHost({ ...ALL, ...wire }, TAP).in).toBe(1_500_000);
  expect(lostAtHost({ 'host.received': count(0, 25_000), ...wire }, TAP).in).toBe(15_000);
  expect(lostAtHost({ 'host.received': count(0, 9000), ...wire }, TAP)).toEqual({ in: 0, out: 0 });
});

test('datagrams that found no room, and fragments that they may have come in', () => {
  const wire = { ...ALL, 'host4.fragments': count(4), 'host6.fragments': count(1) };
  expect(lostAtHost(wire, TAP).in).toBe(0);
  expect(lostAtHost({ ...wire, 'host.undelivered': count(2) }, TAP).in).toBe(7 * 1500);
});

test('what was not sent is no more than was handed over', () => {
  expect(lostAtHost({ 'host.unsent.datagrams': count(2) }, TAP).out).toBe(3000);
  expect(lostAtHost({ 'host.unsent': count(1, 4_194_304) }, TAP).out).toBe(5000);
});
