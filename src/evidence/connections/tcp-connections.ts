import type { TcpConnection } from '../../attribution/remotes/seen-connections.js';
import { IPPROTO } from '../../linux/ip/ip-protocols.js';
import { TCP_STATE } from '../../linux/ip/tcp-states.js';
import { isErrno } from '../../linux/linux-error.js';
import { decodeSocket, type InetSocket, listSockets } from '../../linux/netlink/sock-diag.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import { AF_INET, AF_INET6 } from '../../linux/socket.js';

/** States of a connection that a process may have; one that others have only asked for is none yet. */
const CONNECTED = [
  TCP_STATE.ESTABLISHED,
  TCP_STATE.SYN_SENT,
  TCP_STATE.FIN_WAIT1,
  TCP_STATE.FIN_WAIT2,
  TCP_STATE.CLOSE_WAIT,
  TCP_STATE.LAST_ACK,
  TCP_STATE.CLOSING,
].reduce((states, state) => states | (1 << state), 0);

/** States in which the peer's FIN has arrived. */
const FINISHED: readonly number[] = [TCP_STATE.CLOSE_WAIT, TCP_STATE.LAST_ACK, TCP_STATE.CLOSING];

/** SYN and FIN are acknowledged like bytes. */
const NOT_PAYLOAD = 2;

/** What the kernel has for a round trip that was never measured. */
const NEVER = 0xffffffff;

/** All TCP connections of the socket's namespace. @throws {NetlinkError} the kernel cannot list them */
export const listConnections = (diag: NetlinkSocket): InetSocket[] =>
  [AF_INET, AF_INET6].flatMap((family) => listFamily(diag, family));

function listFamily(diag: NetlinkSocket, family: number): InetSocket[] {
  try {
    return diag.dump(listSockets({ family, protocol: IPPROTO.tcp }, CONNECTED)).map(decodeSocket);
  } catch (error) {
    // A kernel without IPv6.
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

/**
 * What a socket says of its connection, so far or, where it is one that the kernel takes away, at its end. Payload out is
 * what was sent but for what was retransmitted; the peer's FIN counts as a byte there and is none.
 * @param pids who holds it
 */
export function connectionOf(
  { cookie, state, local, remote, tcp }: InetSocket,
  pids: readonly number[] = [],
): TcpConnection {
  const { bytesReceived = 0n, bytesAcked = 0n, bytesSent, bytesRetrans = 0n, dataSegsIn = 0 } = tcp ?? {};
  const received = Number(bytesReceived);
  const acknowledged = Number(bytesAcked);
  // Only a FIN can have been received where no segment had data.
  const hasData = dataSegsIn > 0 || received > 1;
  const sent = bytesSent === undefined ? undefined : Math.max(0, Number(bytesSent - bytesRetrans));
  // The state of every socket that the kernel takes away.
  const isGone = state === TCP_STATE.CLOSE;
  const rttMs = milliseconds(tcp?.minRtt) ?? milliseconds(tcp?.rtt);
  return {
    key: `${cookie}`,
    local: { ...local, address: plain(local.address) },
    remote: { ...remote, address: plain(remote.address) },
    pids,
    in: isGone && !hasData ? 0 : Math.max(0, received - Number(FINISHED.includes(state))),
    out: sent ?? 0,
    sent,
    mayCountFin: isGone && hasData && received > 0,
    // Linux before 4.19 does not say.
    retransmitted: bytesSent === undefined && acknowledged > NOT_PAYLOAD ? undefined : Number(bytesRetrans),
    rttMs,
    wasAnswered: rttMs !== undefined || received + acknowledged > 0,
  };
}

/** An IPv4-mapped address is the IPv4 address: that is where its packets go. */
const plain = (address: string) => address.replace(/^::ffff:(?=[\d.]+$)/, '');

const milliseconds = (microseconds = 0) =>
  microseconds === 0 || microseconds === NEVER ? undefined : microseconds / 1000;
