import type { Moved, PayloadClass, ProcessRecord, RemoteAccount } from './process-record.js';
import type { Endpoint, TraceEvent } from './trace-event.js';

/** <net/tcp_states.h> */
export const ESTABLISHED = 1;
export const SYN_SENT = 2;
export const SYN_RECV = 3;
export const FIN_WAIT1 = 4;
export const CLOSE = 7;
export const LAST_ACK = 9;
export const LISTEN = 10;

/** IPPROTO_ of the sockets whose states the kernel tells: TCP, DCCP, SCTP, MPTCP. */
export const WITH_STATES: ReadonlySet<number> = new Set([6, 33, 132, 262]);

/** What the kernel's trace has shown of a socket, and bytes that wait for more of that. */
export type TracedSocket = {
  readonly protocol: number;
  side: 'connected' | 'accepted';
  local: Endpoint | undefined;
  remote: Endpoint | undefined;
  /** We sent a FIN, or all is over: its place in the kernel may be another connection's before we hear of that one. */
  closing: boolean;
  pending: Map<ProcessRecord, Moved> | undefined;
  /** Where its last user's bytes are counted. */
  target: { readonly record: ProcessRecord; readonly where: PayloadClass; readonly account: RemoteAccount } | undefined;
};

/** A change of a socket's state. */
export type Turned = Extract<TraceEvent, { kind: 'turned' }>;

/** The remote as its process knows it: by the port that serves, whichever end that is. */
export const nameOf = ({ side, protocol, local }: TracedSocket, remote: Endpoint) => ({
  side,
  protocol,
  address: remote.address,
  port: side === 'connected' ? remote.port : (local?.port ?? 0),
});

/** Whether the kernel uses the socket's place for another connection. A connect shows its own port only later, as 0. */
export function isOther(socket: TracedSocket, { local, remote }: Turned): boolean {
  if (!socket.remote || !socket.local) return false;
  if (socket.remote.address !== remote.address || socket.remote.port !== remote.port) return true;
  return socket.local.port !== 0 && socket.local.port !== local.port;
}
