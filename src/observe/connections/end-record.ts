import { addressText } from '../../linux/ip-address.js';

/** What is handed over of a connection as it ends: numbers of the machine's, addresses as they are sent. */
export const END = {
  cookie: 0,
  bytesReceived: 8,
  bytesAcked: 16,
  role: 24,
  oldState: 28,
  family: 32,
  remotePort: 36,
  localPort: 40,
  remote: 44,
  local: 60,
  srtt: 76,
  minRtt: 80,
  retransmitted: 84,
  next: 88,
  unacknowledged: 92,
  segsIn: 96,
  dataSegsIn: 100,
  size: 104,
} as const;

/** Who opened a connection, as the programs remember it. */
export const ROLE = { client: 1, server: 2 } as const;

/** A connection of TCP as it ended. Times are in microseconds. */
export type ConnectionEnd = {
  readonly cookie: bigint;
  readonly role: keyof typeof ROLE;
  /** net/tcp_states.h: what it was in before. */
  readonly oldState: number;
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
  readonly bytesReceived: number;
  /** Octets that were acknowledged, the SYN and a FIN like bytes; and those that were sent and are not. */
  readonly bytesAcked: number;
  readonly bytesInFlight: number;
  /** Segments. */
  readonly retransmitted: number;
  readonly segsIn: number;
  readonly dataSegsIn: number;
  /** Undefined: none was measured. */
  readonly rtt: number | undefined;
};

const AF_INET6 = 10;
/** What the kernel has for a smallest round trip that was never measured. */
const NEVER = 0xffffffff;

/** @returns undefined for what is no record */
export function decodeEnd(record: Buffer): ConnectionEnd | undefined {
  if (record.length < END.size) return undefined;
  const number = (at: number) => record.readUInt32LE(at);
  const size = number(END.family) === AF_INET6 ? 16 : 4;
  const end = (address: number, port: number) => ({
    address: addressText(record.subarray(address, address + size)).replace(/^::ffff:(?=[\d.]+$)/, ''),
    port: number(port),
  });
  const [minRtt, smoothed] = [number(END.minRtt), number(END.srtt)];
  return {
    cookie: record.readBigUInt64LE(END.cookie),
    role: number(END.role) === ROLE.server ? 'server' : 'client',
    oldState: number(END.oldState),
    local: end(END.local, END.localPort),
    remote: end(END.remote, END.remotePort),
    bytesReceived: Number(record.readBigUInt64LE(END.bytesReceived)),
    bytesAcked: Number(record.readBigUInt64LE(END.bytesAcked)),
    bytesInFlight: (number(END.next) - number(END.unacknowledged)) >>> 0,
    retransmitted: number(END.retransmitted),
    segsIn: number(END.segsIn),
    dataSegsIn: number(END.dataSegsIn),
    // srtt_us has three bits behind the point (include/linux/tcp.h).
    rtt: minRtt !== 0 && minRtt !== NEVER ? minRtt : smoothed >>> 3 || undefined,
  };
}
