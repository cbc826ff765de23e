/** Offsets in struct __sk_buff of linux/bpf.h, what a program at a control group is given. */
export const PACKET = {
  ...{ length: 0, type: 4, device: 40, data: 76, dataEnd: 80 },
  ...{ segments: 164, socket: 168, segmentSize: 176 },
} as const;

/** Offsets in struct bpf_sock of linux/bpf.h. */
export const SOCKET = { type: 8, localPort: 44 } as const;

/** SOCK_RAW. */
export const RAW = 3;
/** linux/if_packet.h: a copy that the machine sent to itself. */
export const PACKET_LOOPBACK = 5;
/** Loopback's number in every network namespace (LOOPBACK_IFINDEX). */
export const LOOPBACK_DEVICE = 1;

/** The port of DNS (RFC 1035) as a packet has it, read on a little-endian machine. */
export const DNS_PORT = 53 << 8;
/** IP protocol numbers. */
export const IPPROTO = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const;
/** Extension headers of IPv6 that say their own length: hop-by-hop, routing, destination (RFC 8200). */
export const EXTENSIONS = [0, 43, 60] as const;
