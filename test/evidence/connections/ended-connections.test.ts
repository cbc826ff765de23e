import { expect, test } from 'vitest';
import { endedConnections } from '../../../src/evidence/connections/ended-connections.js';
import { TCP_STATE } from '../../../src/linux/ip/tcp-states.js';
import type { ConnectionEnd } from '../../../src/observe/connections/connection-ends.js';
import { FLAGS } from '../../../src/observe/connections/end-sums.js';

const { hasData, inFlight, acked, answered, retransmitted, heard } = FLAGS;
const USUAL = hasData | acked | answered | heard;

/** Two of them. */
const ended = (changes: Partial<ConnectionEnd>) =>
  endedConnections({
    role: 'client',
    oldState: TCP_STATE.LAST_ACK,
    remote: { address: '192.0.2.2', port: 443 },
    flags: USUAL,
    count: 2,
    bytesReceived: 502,
    bytesSent: 104,
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
    { in: 502, sent: 100, mayCountFin: true, end: 'finished' },
  ],
  ['both have closed at once', { oldState: TCP_STATE.CLOSING }, { in: 500, sent: 100, mayCountFin: false }],
  [
    'a reset, with something in flight',
    { oldState: TCP_STATE.ESTABLISHED, flags: USUAL | inFlight },
    { in: 502, sent: 102, end: 'aborted' },
  ],
  ['whoever was asked has no SYN in its count', { role: 'server' }, { sent: 102, local: { port: 443 } }],
  ['a connect that was not acknowledged has none either', { flags: USUAL & ~acked }, { sent: 102 }],
  ['a FIN that may have been sent or not', { oldState: TCP_STATE.FIN_WAIT1 }, { out: 102, sent: undefined }],
  [
    'a FIN that nobody acknowledged',
    { oldState: TCP_STATE.LAST_ACK, flags: USUAL | inFlight },
    { sent: undefined, end: 'aborted' },
  ],
  ['a FIN alone is no payload', { bytesReceived: 2, flags: USUAL & ~hasData }, { in: 0, mayCountFin: false }],
  [
    'of what was retransmitted the segments alone are known',
    { flags: USUAL | retransmitted },
    { retransmitted: undefined, sent: 100 },
  ],
  [
    'a refused connect',
    { oldState: TCP_STATE.SYN_SENT, bytesReceived: 0, bytesSent: 2, flags: inFlight | heard, rtt: undefined },
    { in: 0, out: 0, sent: 0, wasAnswered: false, mayCountFin: false, end: 'refused' },
  ],
  [
    'a connect that nobody answered',
    { oldState: TCP_STATE.SYN_SENT, bytesReceived: 0, bytesSent: 2, flags: inFlight | retransmitted, rtt: undefined },
    { out: 0, wasAnswered: false, end: 'unanswered' },
  ],
])('%s', (_, changes, expected) => {
  expect(ended(changes)).toMatchObject(expected);
});
