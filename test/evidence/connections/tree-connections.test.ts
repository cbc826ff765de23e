import { expect, test } from 'vitest';
import { endedConnection } from '../../../src/evidence/connections/tree-connections.js';
import { TCP_STATE } from '../../../src/linux/netlink/sock-diag.js';
import type { ConnectionEnd } from '../../../src/observe/connections/connection-ends.js';

const ended = (changes: Partial<ConnectionEnd>) =>
  endedConnection({
    cookie: 1n,
    role: 'client',
    oldState: TCP_STATE.LAST_ACK,
    local: { address: '192.0.2.1', port: 40_000 },
    remote: { address: '192.0.2.2', port: 443 },
    bytesReceived: 501,
    bytesAcked: 102,
    bytesInFlight: 0,
    retransmitted: 0,
    segsIn: 4,
    dataSegsIn: 1,
    rtt: 1500,
    ...changes,
  });

test.each<[string, Partial<ConnectionEnd>, object]>([
  [
    'the peer has closed first: both FINs are known to be no payload',
    {},
    {
      in: 500,
      out: 100,
      sent: 100,
      mayCountFin: false,
      retransmitted: 0,
      rttMs: 1.5,
      wasAnswered: true,
      end: 'finished',
    },
  ],
  [
    'this side has closed first: the peer’s FIN may have been in time, or not',
    { oldState: TCP_STATE.FIN_WAIT2 },
    { in: 501, sent: 100, mayCountFin: true, end: 'finished' },
  ],
  ['both have closed at once', { oldState: TCP_STATE.CLOSING }, { in: 500, sent: 100, mayCountFin: false }],
  [
    'a reset, with something in flight',
    { oldState: TCP_STATE.ESTABLISHED, bytesInFlight: 9 },
    { in: 501, sent: 110, end: 'aborted' },
  ],
  ['whoever was asked has no SYN in its count', { role: 'server' }, { sent: 101 }],
  ['a FIN that may have been sent or not', { oldState: TCP_STATE.FIN_WAIT1 }, { out: 101, sent: undefined }],
  [
    'a FIN that nobody acknowledged',
    { oldState: TCP_STATE.LAST_ACK, bytesInFlight: 1 },
    { sent: undefined, end: 'aborted' },
  ],
  ['a FIN alone is no payload', { bytesReceived: 1, dataSegsIn: 0 }, { in: 0, mayCountFin: false }],
  [
    'of what was retransmitted the segments alone are known',
    { retransmitted: 3 },
    { retransmitted: undefined, sent: 100 },
  ],
  [
    'a refused connect',
    { oldState: TCP_STATE.SYN_SENT, bytesReceived: 0, bytesAcked: 0, bytesInFlight: 1, dataSegsIn: 0, rtt: undefined },
    { in: 0, out: 0, sent: 0, wasAnswered: false, mayCountFin: false, end: 'refused' },
  ],
  [
    'a connect that nobody answered',
    { oldState: TCP_STATE.SYN_SENT, bytesReceived: 0, bytesAcked: 0, segsIn: 0, dataSegsIn: 0, rtt: undefined },
    { out: 0, wasAnswered: false, end: 'unanswered' },
  ],
])('%s', (_, changes, expected) => {
  expect(ended(changes)).toMatchObject(expected);
});
