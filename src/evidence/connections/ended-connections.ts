import type { TcpConnection } from '../../attribution/remotes/seen-connections.js';
import { TCP_STATE } from '../../linux/ip/tcp-states.js';
import type { ConnectionEnd } from '../../observe/connections/connection-ends.js';
import { FLAGS } from '../../observe/connections/end-sums.js';

/** States behind which the peer's FIN has arrived, our own was acknowledged, and it was not sent. */
const FINISHED: readonly number[] = [TCP_STATE.CLOSE_WAIT, TCP_STATE.LAST_ACK, TCP_STATE.CLOSING];
const CLOSED_BY_US: readonly number[] = [TCP_STATE.FIN_WAIT2, TCP_STATE.CLOSING];
const OPEN: readonly number[] = [TCP_STATE.SYN_SENT, TCP_STATE.ESTABLISHED, TCP_STATE.CLOSE_WAIT];

/**
 * What is known of connections that ended alike, all together. Payload that left is known to the octet unless a FIN may have. Of their own
 * end only the service's port is known, where that is theirs.
 */
export function endedConnections(end: ConnectionEnd): TcpConnection {
  const { role, oldState, remote, flags, count, bytesReceived, bytesSent, rtt } = end;
  const wasFinished = FINISHED.includes(oldState);
  const hasData = (flags & FLAGS.hasData) !== 0;
  const finAcked =
    CLOSED_BY_US.includes(oldState) || (oldState === TCP_STATE.LAST_ACK && (flags & FLAGS.inFlight) === 0);
  // SYN and FIN are acknowledged like bytes. The SYN of who was asked is not counted.
  const notPayload = Number(role === 'client' && (flags & FLAGS.acked) !== 0) + Number(finAcked);
  const out = oldState === TCP_STATE.SYN_SENT ? 0 : Math.max(0, bytesSent - count * notPayload);
  return {
    key: '',
    end: howEnded(end, finAcked),
    role,
    local: { address: '', port: role === 'server' ? remote.port : 0 },
    remote,
    pids: [],
    in: hasData ? Math.max(0, bytesReceived - count * Number(wasFinished)) : 0,
    out,
    sent: finAcked || OPEN.includes(oldState) ? out : undefined,
    mayCountFin: hasData && !wasFinished && oldState === TCP_STATE.FIN_WAIT2,
    // Segments alone are counted at the end.
    retransmitted: (flags & FLAGS.retransmitted) === 0 ? 0 : undefined,
    rttMs: rtt === undefined ? undefined : rtt / 1000,
    wasAnswered: (flags & FLAGS.answered) !== 0,
  };
}

/** What answers a SYN and is no SYN itself is a reset. */
function howEnded({ oldState, flags }: ConnectionEnd, finAcked: boolean): NonNullable<TcpConnection['end']> {
  if (oldState === TCP_STATE.SYN_SENT) return (flags & FLAGS.heard) !== 0 ? 'refused' : 'unanswered';
  return finAcked ? 'finished' : 'aborted';
}
