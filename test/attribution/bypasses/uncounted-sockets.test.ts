import { expect, test } from 'vitest';
import { uncountedSockets, withUncounted } from '../../../src/attribution/bypasses/uncounted-sockets.js';
import type { ProcessUse } from '../../../src/measurement/processes.js';
import type { Bypass } from '../../../src/measurement/remotes.js';
import type { MeteredRemote } from '../../../src/observe/meter/remotes/remote-layout.js';
import { milliseconds } from '../../../src/units.js';

const row = (address: string, received: number, out = 10, protocol = 'tcp') => ({
  ...{ pid: 7, side: null, protocol, address, port: 443, in: received, out, connections: 1 },
});
const remote = (address: string, payload: number, protocol = 6) =>
  ({ address, protocol, in: { octets: 0, packets: 0, payload } }) as MeteredRemote;
const use = (remotes: readonly ReturnType<typeof row>[], unattributedOctets = 0, endedMs: number | null = 400) =>
  ({
    ...{ evidence: 'traced', remotes, processes: [{ pid: 7, name: 'curl', endedMs }] },
    balance: { in: { unattributedOctets } },
  }) as unknown as ProcessUse;
const at = { atMs: milliseconds(500), byLinks: false };
const found = (address: string): Bypass => ({
  ...{ kind: 'inherited-socket', what: `tcp to ${address}`, service: null, leadsOut: true },
  ...{ pid: 7, name: 'curl', firstSeenMs: milliseconds(500) },
});

test.each<[string, ReturnType<typeof row>[], MeteredRemote[], string[]]>([
  ['of which no packet was counted', [row('192.0.2.1', 0)], [], ['192.0.2.1']],
  ['that has brought more than was counted', [row('192.0.2.1', 101)], [remote('192.0.2.1', 100)], ['192.0.2.1']],
  ['by two processes', [row('192.0.2.1', 60), row('192.0.2.1', 41)], [remote('192.0.2.1', 100)], ['192.0.2.1']],
  ['whose packets were counted', [row('192.0.2.1', 100)], [remote('192.0.2.1', 60), remote('192.0.2.1', 40)], []],
  ['that was never reached', [row('192.0.2.1', 0, 0)], [], []],
  ['on loopback', [row('127.0.0.1', 5), row('::1', 5)], [], []],
  ['of another protocol', [row('192.0.2.1', 5, 5, 'udp')], [], []],
  ['whose datagrams alone were counted', [row('192.0.2.1', 5)], [remote('192.0.2.1', 5, 17)], ['192.0.2.1']],
])('a remote %s', (_, rows, remotes, uncounted) => {
  expect(uncountedSockets(use(rows), { remotes }, at)).toEqual(uncounted.map(found));
});

test('where links were counted, too, they must lack it', () => {
  const byLinks = { ...at, byLinks: true };
  expect(uncountedSockets(use([row('192.0.2.1', 5)], 0), { remotes: [] }, byLinks)).toEqual([]);
  expect(uncountedSockets(use([row('192.0.2.1', 5)], -5), { remotes: [] }, byLinks)).toEqual([found('192.0.2.1')]);
});

test('who lives on may have received more since', () => {
  expect(uncountedSockets(use([row('192.0.2.1', 5)], 0, null), { remotes: [] }, at)).toEqual([]);
});

test('what was not traced, or not counted, says nothing', () => {
  expect(uncountedSockets(undefined, { remotes: [] }, at)).toEqual([]);
  expect(uncountedSockets(use([row('192.0.2.1', 5)]), undefined, at)).toEqual([]);
});

test('what looks have found explains it', () => {
  const own = found('192.0.2.1');
  const unix: Bypass = { ...own, kind: 'unix-socket', what: '/run/x' };
  const left: Bypass = { ...own, kind: 'left-cgroup', what: '/x' };
  expect(withUncounted(null, [])).toBeNull();
  expect(withUncounted(null, [own])).toEqual([own]);
  expect(withUncounted([unix], [own])).toEqual([unix, own]);
  expect(withUncounted([left], [own])).toEqual([left]);
});
