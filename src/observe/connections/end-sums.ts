import { addressText } from '../../linux/ip/ip-address.js';

/** Who opened a connection, as the programs remember it. */
export const ROLE = { client: 1, server: 2 } as const;

/**
 * What is known of connections that have ended is summed up by this: the remote's address (IPv4 as IPv6, RFC 4291), the service's port, a
 * number of the machine's, who opened it, the state that it ended in (net/tcp_states.h), and {@link FLAGS}.
 */
export const END_KEY = { address: 0, port: 16, role: 18, state: 19, flags: 20, size: 24 } as const;

/** What distinguishes connections with the same remote that ended in the same state. */
export const FLAGS = {
  /** A segment with data has arrived. */
  hasData: 1,
  /** Something was sent that was not acknowledged. */
  inFlight: 2,
  /** Something was acknowledged, a SYN or a FIN at least. */
  acked: 4,
  /** The other side has said something: a refused connect is none. */
  answered: 8,
  /** Segments were retransmitted. */
  retransmitted: 16,
  /** A segment has arrived, a reset at least. */
  heard: 32,
} as const;

/** Their sum, behind the kernel's lock: the smallest round trip in microseconds, how many, octets in, and octets out. */
export const END_SUM = { lock: 0, rtt: 4, count: 8, received: 16, sent: 24, size: 32 } as const;

/** None was measured, as the kernel has it, too. */
export const NEVER = 0xffffffff;

/** Connections of TCP with one remote that ended alike. */
export type ConnectionEnd = {
  readonly role: keyof typeof ROLE;
  readonly remote: { readonly address: string; readonly port: number };
  /** net/tcp_states.h: what they were in before. */
  readonly oldState: number;
  readonly flags: number;
  readonly count: number;
  /** Octets that arrived, a FIN like one; and that were sent, a SYN that was acknowledged and a FIN likewise. */
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** The smallest, in microseconds. Undefined: none was measured. */
  readonly rtt: number | undefined;
};

/** Reads an entry of the map. `remote.port` is the service's, whose it is. */
export function decodeEnd(key: Buffer, value: Buffer): ConnectionEnd {
  const rtt = value.readUInt32LE(END_SUM.rtt);
  const address = addressText(key.subarray(END_KEY.address, END_KEY.address + 16));
  return {
    role: key.readUInt8(END_KEY.role) === ROLE.server ? 'server' : 'client',
    remote: { address: address.replace(/^::ffff:(?=[\d.]+$)/, ''), port: key.readUInt16LE(END_KEY.port) },
    oldState: key.readUInt8(END_KEY.state),
    flags: key.readUInt32LE(END_KEY.flags),
    count: Number(value.readBigUInt64LE(END_SUM.count)),
    bytesReceived: Number(value.readBigUInt64LE(END_SUM.received)),
    bytesSent: Number(value.readBigUInt64LE(END_SUM.sent)),
    rtt: rtt === NEVER ? undefined : rtt,
  };
}
