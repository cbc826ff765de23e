import { DNS_PORT } from '../../linux/ip/service-ports.js';
/** Offsets in struct __sk_buff of linux/bpf.h, what a program at a control group is given. */
export const PACKET = {
  ...{ length: 0, type: 4, device: 40, data: 76, dataEnd: 80 },
  ...{ segments: 164, socket: 168, segmentSize: 176 },
} as const;

/** Offsets in struct bpf_sock of linux/bpf.h. */
export const SOCKET = { type: 8, localPort: 44 } as const;

/** SOCK_RAW. */
export const RAW = 3;
/** linux/if_packet.h. Loopback: a copy that the machine sent to itself. */
export const PACKET_TYPE = { host: 0, otherHost: 3, loopback: 5 } as const;
/** Loopback's number in every network namespace (LOOPBACK_IFINDEX). */
export const LOOPBACK_DEVICE = 1;

/** The port of DNS (RFC 1035) as a packet has it, read on a little-endian machine. */
export const WIRE_DNS_PORT = DNS_PORT << 8;
/** Extension headers of IPv6 that say their own length (RFC 8200). */
export const EXTENSION = { hopByHop: 0, routing: 43, destination: 60 } as const;
export const EXTENSIONS: readonly number[] = Object.values(EXTENSION);
