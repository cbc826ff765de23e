/** Multicast groups of NETLINK_ROUTE, for listenTo(); linux/rtnetlink.h. */
export const RTNLGRP = { LINK: 1, TC: 4, IPV4_ADDRESS: 5, IPV4_ROUTE: 7, IPV6_ADDRESS: 9, IPV6_ROUTE: 11 } as const;
