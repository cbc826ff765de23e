/** Numbers of the protocols above IP: linux/in.h, linux/in6.h. */
export const IPPROTO = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const;
