import { addressText } from '../ip/ip-address.js';
import { AF_INET6 } from '../socket.js';
import { decodeAttributes } from './attribute.js';
import { MalformedMessageError } from './malformed-message-error.js';
import { type Message, NLM_F, type ReceivedMessage } from './message.js';
import { decodeTcpInfo, type TcpInfo } from './tcp-info.js';

/** linux/sock_diag.h, linux/inet_diag.h. */
export const SOCK_DIAG_BY_FAMILY = 20;
const SOCK_DESTROY = 21;
const INET_DIAG_INFO = 2;
const INET_DIAG_CGROUP_ID = 21;

/** Multicast groups of NETLINK_SOCK_DIAG, for listenTo(): a socket's last words, with what it was like. */
export const SKNLGRP = {
  INET_TCP_DESTROY: 1,
  INET_UDP_DESTROY: 2,
  INET6_TCP_DESTROY: 3,
  INET6_UDP_DESTROY: 4,
} as const;

/** Every state, as {@link listSockets} takes them: a bit for each. */
export const ALL_STATES = 0xffff;

/** struct inet_diag_sockid, which names a socket; struct inet_diag_req_v2; struct inet_diag_msg. */
const SOCKID = 48;
const COOKIE = 40;
const REQUEST = 8 + SOCKID;
const HEADER = 4 + SOCKID + 20;

export type InetSocket = {
  readonly family: number;
  readonly state: number;
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
  /** The kernel's own number of it, which is no other's as long as the machine runs. */
  readonly cookie: bigint;
  /** 0: no process has it any more. */
  readonly inode: number;
  readonly uid: number;
  /** Octets that were received and not read; of a listener: connections that were not accepted. */
  readonly receiveQueue: number;
  /** Octets that were not acknowledged. */
  readonly sendQueue: number;
  readonly tcp: TcpInfo | undefined;
  /** The number of its control group; undefined in TIME_WAIT, and before Linux 5.8. */
  readonly group: bigint | undefined;
  /** How the kernel names it, for {@link destroySocket}. */
  readonly id: Buffer;
};

export type SocketKind = { readonly family: number; readonly protocol: number };

/** For {@link NetlinkSocket.dump}: all sockets of a family and protocol, with tcp_info. ENOENT: the kernel cannot list these. */
export const listSockets = (kind: SocketKind, states = ALL_STATES): Omit<Message, 'flags'> => ({
  type: SOCK_DIAG_BY_FAMILY,
  payload: request(kind, states, Buffer.alloc(SOCKID)),
});

/**
 * Ends a connection as if it had been reset (CONFIG_INET_DIAG_DESTROY): the peer gets a reset, and nothing is waited for.
 * EOPNOTSUPP: the kernel cannot; ENOENT: it has gone.
 */
export const destroySocket = (kind: SocketKind, { id }: InetSocket): Message => ({
  type: SOCK_DESTROY,
  flags: NLM_F.ACK,
  payload: request(kind, ALL_STATES, id),
});

function request({ family, protocol }: SocketKind, states: number, id: Buffer): Buffer {
  const buffer = Buffer.alloc(REQUEST);
  buffer.writeUInt8(family, 0);
  buffer.writeUInt8(protocol, 1);
  buffer.writeUInt8(1 << (INET_DIAG_INFO - 1), 2);
  buffer.writeUInt32LE(states, 4);
  id.copy(buffer, 8);
  return buffer;
}

/** Reads an answer, or a socket's last words. @throws {MalformedMessageError} */
export function decodeSocket({ payload }: ReceivedMessage): InetSocket {
  if (payload.length < HEADER) throw new MalformedMessageError('malformed socket');
  const family = payload.readUInt8(0);
  const id = payload.subarray(4, 4 + SOCKID);
  const size = family === AF_INET6 ? 16 : 4;
  const at = 4 + SOCKID;
  const attributes = decodeAttributes(payload.subarray(HEADER));
  const [info, group] = [attributes.bytes(INET_DIAG_INFO), attributes.bytes(INET_DIAG_CGROUP_ID)];
  return {
    family,
    state: payload.readUInt8(1),
    local: { address: addressText(id.subarray(4, 4 + size)), port: id.readUInt16BE(0) },
    remote: { address: addressText(id.subarray(20, 20 + size)), port: id.readUInt16BE(2) },
    cookie: id.readBigUInt64LE(COOKIE),
    receiveQueue: payload.readUInt32LE(at + 4),
    sendQueue: payload.readUInt32LE(at + 8),
    uid: payload.readUInt32LE(at + 12),
    inode: payload.readUInt32LE(at + 16),
    tcp: info && decodeTcpInfo(info),
    group: group?.readBigUInt64LE(),
    id,
  };
}
