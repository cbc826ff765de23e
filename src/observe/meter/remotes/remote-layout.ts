import { recordOf } from '../../../linux/bpf/record.js';
import { addressBytes, addressText } from '../../../linux/ip/ip-address.js';
import { CLASSES, FAMILIES, type TotalOf } from '../totals.js';

/**
 * A remote's key: its address (IPv4 as IPv6, RFC 4291), the service's port as a number of the machine's, the protocol's number,
 * and in the last octet class, family and role.
 */
export const REMOTE_KEY = { size: 20, address: 0, port: 16, protocol: 18, place: 19 } as const;

/** In a key's last octet: the command's side has the service's port. Above it are family and class, as in a total's index. */
export const SERVER_BIT = 1;

/** What is counted of each remote. */
export const REMOTE = recordOf(
  /** IP octets as on the wire. */
  'inOctets',
  'outOctets',
  /** Packets on the wire. */
  'inPackets',
  'outPackets',
  /** CLOCK_MONOTONIC, ns: of the last packet; and the tick in which it was read. With what stands before it, in one line of a cache. */
  'last',
  'tick',
  /** Octets behind all headers. */
  'inPayload',
  'outPayload',
  /** SYNs, and their answers (RFC 9293). */
  'attempts',
  'opened',
  /** CLOCK_MONOTONIC, ns: of the first packet. */
  'first',
);

/** Octets of an address that is not outside, and so many are known. */
export const INSIDE_KEY = 16;
/** Whose such an address is: of a namespace of the command's own, or of the run's namespace itself. */
export const INSIDE = { nested: 0, host: 1 } as const;
export const MOST_INSIDE = 4096;

/** What an IPv4 address begins with as IPv6 (RFC 4291, 2.5.5.2). */
const IPV4_MAPPED = Buffer.from(`${'00'.repeat(10)}ffff`, 'hex');

/** More remotes than these are counted in the totals alone. */
export const MOST_REMOTES = 65_536;

/** Who has the service at each port of this side, an octet a port: nobody so far, the remote, or the command. TCP's, then UDP's. */
export const ROLES = { none: 0, client: 1, server: 2, tcp: 0, udp: 65_536, size: 2 * 65_536 } as const;

type Way = { readonly octets: number; readonly packets: number; readonly payload: number };

/** What one remote sent and received, by protocol and service port. */
export type MeteredRemote = Pick<TotalOf, 'class' | 'family'> & {
  readonly address: string;
  /** IP's number of it. */
  readonly protocol: number;
  /** Of the service; 0: the protocol has no ports, or a fragment none with it. */
  readonly port: number;
  readonly role: 'client' | 'server';
  readonly in: Way;
  readonly out: Way;
  readonly attempts: number;
  readonly opened: number;
  /** CLOCK_MONOTONIC, ns. */
  readonly first: bigint;
  readonly last: bigint;
};

/** An address of 16 octets as the kernel prints it, an IPv4-mapped one as IPv4. */
export const insideAddress = (bytes: Buffer): string => addressText(bytes).replace(/^::ffff:(?=.*\.)/, '');

/** The same octets of an address. */
export function insideKey(address: string): Buffer {
  const bytes = addressBytes(address);
  return bytes.length === INSIDE_KEY ? bytes : Buffer.concat([IPV4_MAPPED, bytes]);
}

/** Reads an entry of the map. */
export function decodeRemote(key: Buffer, value: Buffer): MeteredRemote {
  const place = key.readUInt8(REMOTE_KEY.place);
  const family = FAMILIES[(place >> 1) & 1] ?? 'ipv4';
  const { first, last, ...counted } = REMOTE.sum(value);
  const way = (name: 'in' | 'out'): Way => ({
    octets: Number(counted[`${name}Octets`]),
    packets: Number(counted[`${name}Packets`]),
    payload: Number(counted[`${name}Payload`]),
  });
  return {
    class: CLASSES[place >> 2] ?? 'external',
    family,
    address: addressText(key.subarray(family === 'ipv4' ? 12 : 0, 16)),
    protocol: key.readUInt8(REMOTE_KEY.protocol),
    port: key.readUInt16LE(REMOTE_KEY.port),
    role: (place & SERVER_BIT) === 0 ? 'client' : 'server',
    in: way('in'),
    out: way('out'),
    attempts: Number(counted.attempts),
    opened: Number(counted.opened),
    first,
    last,
  };
}
