import { addressText } from '../../linux/ip/ip-address.js';
import { IPPROTO } from '../../linux/ip/ip-protocols.js';
import { EXTENSIONS } from '../meter/packet-context.js';
import { COPY, WAYS } from './copy-messages.js';

/** A packet to or from port 53, as it was copied. */
export type CopiedPacket = {
  readonly way: keyof typeof WAYS;
  /** On the kernel's clock. */
  readonly atMs: number;
  readonly protocol: 'udp' | 'tcp';
  /** The other side's address. */
  readonly server: string;
  /** This side's end, in no particular spelling. */
  readonly client: string;
  /** What is behind the headers, as far as it was copied. */
  readonly payload: Buffer;
  readonly isCut: boolean;
  /** Of how many octets each datagram is, of those that were sent or got together; 0: there is one. */
  readonly segment: number;
  /** Of TCP: where the payload begins in its stream, and whether the stream does. */
  readonly sequence: number;
  readonly isFirst: boolean;
};

const UDP_HEADER = 8;
const TCP_HEADER = 20;
const SYN = 2;

/** Reads what a program has copied. @returns undefined for what is no whole header of UDP or TCP */
export function decodeCopy(record: Buffer): CopiedPacket | undefined {
  if (record.length < COPY.packet) return undefined;
  const octets = record.readUInt32LE(COPY.octets);
  const way = record.readUInt32LE(COPY.way) === WAYS.in ? 'in' : 'out';
  const packet = record.subarray(COPY.packet, Math.min(record.length, COPY.packet + octets));
  const network = networkOf(packet);
  if (!network) return undefined;
  const { protocol, source, destination, header, end } = network;
  const transport = packet.subarray(header, end);
  const size = protocol === IPPROTO.udp ? UDP_HEADER : tcpHeader(transport);
  if (transport.length < size || size < UDP_HEADER) return undefined;
  const [local, remote] = way === 'in' ? [destination, source] : [source, destination];
  return {
    way,
    atMs: Number(record.readBigUInt64LE(COPY.at)) / 1e6,
    protocol: protocol === IPPROTO.udp ? 'udp' : 'tcp',
    server: addressText(remote),
    client: `${addressText(local)} ${transport.readUInt16BE(way === 'in' ? 2 : 0)}`,
    // The record's room is used again.
    payload: Buffer.from(transport.subarray(size)),
    isCut: end > packet.length || isFragment(protocol, transport),
    segment: protocol === IPPROTO.udp ? record.readUInt32LE(COPY.segment) : 0,
    sequence: protocol === IPPROTO.tcp ? transport.readUInt32BE(4) : 0,
    isFirst: protocol === IPPROTO.tcp && ((transport[13] ?? 0) & SYN) !== 0,
  };
}

/** RFC 791, RFC 8200. */
function networkOf(packet: Buffer) {
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4 && packet.length >= 20) {
    const header = ((packet[0] ?? 0) & 15) * 4;
    const [source, destination] = [packet.subarray(12, 16), packet.subarray(16, 20)];
    return known({ protocol: packet[9], source, destination, header, end: packet.readUInt16BE(2) });
  }
  if (version === 6 && packet.length >= 40) {
    const [source, destination] = [packet.subarray(8, 24), packet.subarray(24, 40)];
    return known({ source, destination, ...behindExtensions(packet), end: 40 + packet.readUInt16BE(4) });
  }
  return undefined;
}

function behindExtensions(packet: Buffer) {
  let [protocol, header] = [packet[6], 40];
  while (protocol !== undefined && EXTENSIONS.some((extension) => extension === protocol)) {
    const length = packet[header + 1] ?? 0;
    [protocol, header] = [packet[header], header + (length + 1) * 8];
  }
  return { protocol, header };
}

/** A raw socket may send the rest of a datagram in packets of its own. */
const isFragment = (protocol: number | undefined, transport: Buffer) =>
  protocol === IPPROTO.udp && transport.readUInt16BE(4) > transport.length;

const known = <T extends { readonly protocol: number | undefined }>(network: T) =>
  network.protocol === IPPROTO.udp || network.protocol === IPPROTO.tcp ? network : undefined;

/** RFC 9293. */
const tcpHeader = (transport: Buffer) =>
  transport.length < TCP_HEADER ? TCP_HEADER : Math.max(TCP_HEADER, ((transport[12] ?? 0) >> 4) * 4);
