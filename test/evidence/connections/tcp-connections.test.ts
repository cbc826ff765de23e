import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { connectionOf } from '../../../src/evidence/connections/tcp-connections.js';
import { decodeSocket, type InetSocket } from '../../../src/linux/netlink/sock-diag.js';

/** Payloads of messages as Linux 6.18 sent them (x86-64). */
const captured = JSON.parse(readFileSync('fixtures/netlink/sock-diag.json', 'utf8')) as Record<string, string>;

const socket = (name: string): InetSocket =>
  decodeSocket({ type: 20, flags: 0, sequence: 0, port: 0, payload: Buffer.from(captured[name] ?? '', 'hex') });

const ends = (localPort: number) => ({
  local: { address: '203.0.113.1', port: localPort },
  remote: { address: '203.0.113.2', port: 7000 },
});

test.each([
  [
    'ended: a download whose end was read',
    { ...ends(58414), in: 1_000_001, out: 12, mayCountFin: true, retransmitted: 0, rttMs: 0.033, wasAnswered: true },
  ],
  // Without data in, what was received is a FIN.
  [
    'ended: an upload that retransmitted',
    { ...ends(58424), in: 0, out: 1_000_012, mayCountFin: false, retransmitted: 7240, rttMs: 0.011, wasAnswered: true },
  ],
  [
    'ended: a refused connect',
    { in: 0, out: 0, mayCountFin: false, retransmitted: 0, rttMs: undefined, wasAnswered: false },
  ],
  [
    'open: its peer has finished',
    { ...ends(58436), in: 900, out: 8, mayCountFin: false, retransmitted: 0, rttMs: 0.014, wasAnswered: true },
  ],
  ['open: IPv4 by an IPv6 socket', { ...ends(58446), in: 500, out: 8 }],
])('%s', (name, connection) => {
  expect(connectionOf(socket(name), [7])).toMatchObject({ pids: [7], key: `${socket(name).cookie}`, ...connection });
});

test('each socket has a cookie of its own', () => {
  const cookies = Object.keys(captured).map((name) => socket(name).cookie);
  expect(new Set(cookies).size).toBe(cookies.length);
});

test.each([
  ['an older kernel does not say what was retransmitted', 1014n, undefined],
  ['which matters only where there was payload', 2n, 0],
])('%s', (_, bytesAcked, retransmitted) => {
  const open = socket('open: its peer has finished');
  const tcp = { ...open.tcp, bytesAcked, bytesSent: undefined, bytesRetrans: undefined } as InetSocket['tcp'];
  expect(connectionOf({ ...open, tcp })).toMatchObject({ out: 0, retransmitted, in: 900 });
});
